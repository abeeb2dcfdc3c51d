using System.Diagnostics.CodeAnalysis;

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
