using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Mprpc.Interop.Tests.Conformance;

/// <summary>The service that tests/Mprpc.Conformance/README.md asks for.</summary>
public sealed class ConformanceService
{
    // Long enough for the deadline of X13 and for another thread to take the loop over, short enough for dozens of cuts.
    private static readonly TimeSpan s_stubborn = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_hold = TimeSpan.FromMilliseconds(600);

    private MprpcRaw _kept;

    public int Sum(int x, int y) => x + y;

    public MprpcRaw Echo(MprpcRaw value) => value;

    // A raw parameter is the pipe's memory: what outlives the call is copied.
    public void SetX(MprpcRaw v) => _kept = new MprpcRaw(v.Memory.ToArray());

    public MprpcRaw GetX() => _kept;

    public async Task<int> SlowAsync(int ms, CancellationToken cancellationToken)
    {
        await Task.Delay(ms, cancellationToken);
        return ms;
    }

    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    [SuppressMessage("Reliability", "CA2016:Forward the CancellationToken", Justification = "It is stubborn.")]
    public Task StubbornAsync(CancellationToken cancellationToken) => Task.Delay(s_stubborn, CancellationToken.None);

    public async IAsyncEnumerable<int> Count(int n)
    {
        await Task.CompletedTask;

        for (int i = 0; i < n; i++)
        {
            yield return i;
        }
    }

    public async IAsyncEnumerable<int> Drip(int n, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; n < 0 || i < n; i++)
        {
            await Task.Delay(5, cancellationToken);
            yield return i;
        }
    }

    public async IAsyncEnumerable<byte[]> Bulk(int n)
    {
        await Task.CompletedTask;

        for (int i = 0; i < n; i++)
        {
            yield return new byte[1024 * 1024];
        }
    }

    public async IAsyncEnumerable<int> Break()
    {
        await Task.CompletedTask;
        yield return 0;
        yield return 1;
        throw new MprpcException("boom");
    }

    public async IAsyncEnumerable<MprpcRaw> Odd()
    {
        await Task.CompletedTask;
        yield return MprpcRaw.From(0);
        yield return new MprpcRaw(new byte[] { 0, 0 });
    }

    public async Task<int> Total(IAsyncEnumerable<int> values)
    {
        int total = 0;

        await foreach (int value in values)
        {
            total += value;
        }

        return total;
    }

    public async Task<int> First(IAsyncEnumerable<int> values)
    {
        await foreach (int value in values)
        {
            return value;
        }

        throw new MprpcException("Nothing has come.");
    }

    public async IAsyncEnumerable<int> Pipe(IAsyncEnumerable<int> values)
    {
        await foreach (int value in values)
        {
            yield return value * 2;
        }
    }

    public Task Hoard(IAsyncEnumerable<int> values, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    public void Hold()
    {
        using var never = new ManualResetEventSlim();
        never.Wait(s_hold);
    }

    public Dictionary<string, string> Metadata(MprpcCallContext context)
        => context.Metadata.ToDictionary(entry => entry.Key, entry => entry.IsBinary ? Convert.ToHexStringLower(entry.ValueBytes.Span) : entry.Value);

    public void Fail(string message) => throw new MprpcException(message);

    public void ThrowInNotification() => throw new InvalidOperationException("Not meant for the caller.");

    public byte[] ToBytes(byte[] value) => value;

    public string ToText(string value) => value;
}
