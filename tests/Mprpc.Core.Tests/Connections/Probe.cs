using System.Diagnostics.CodeAnalysis;

namespace Mprpc.Core.Tests.Connections;

/// <summary>A service with what the read loop's tests need.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "What a service publishes are instance methods.")]
public sealed class Probe : IDisposable
{
    private int _largeAnswers;
    private readonly AsyncLocal<string?> _ambient = new();

    /// <summary>What <see cref="Block"/> waits for.</summary>
    public ManualResetEventSlim Gate { get; } = new();

    /// <summary>What <see cref="WaitAsync"/> waits for.</summary>
    public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Notified { get; private set; }

    /// <summary>How many answers of 64 KiB were made.</summary>
    public int LargeAnswers => Volatile.Read(ref _largeAnswers);

    public byte[] Large()
    {
        Interlocked.Increment(ref _largeAnswers);
        return new byte[64 * 1024];
    }

    public async Task<byte[]> LargeLaterAsync()
    {
        await Task.Yield();
        return Large();
    }

    public int Sum(int x, int y) => x + y;

    public MprpcRaw Echo(MprpcRaw value) => value;

    public byte[] Bytes(byte[] value) => value;

    public async Task<int> SumLaterAsync(int x, int y)
    {
        await Task.Yield();
        return x + y;
    }

    public void Notify(int value) => Notified += value;

    public int Block(int value)
    {
        Assert.True(Gate.Wait(InMemoryConnection.Deadline));
        return value;
    }

    public async Task<int> WaitAsync(int value)
    {
        await Released.Task;
        return value;
    }

    /// <summary>Leaves a mark in ambient state and tells what was there before; not async, which would take the mark back.</summary>
    public string? Mark(string mark)
    {
        string? before = _ambient.Value;
        _ambient.Value = mark;
        return before;
    }

    [MprpcMethod("fail")]
    public int Fail() => throw new MprpcException("boom");

    /// <summary>Calls the caller back, and blocks until it has answered.</summary>
    public int CallBack(MprpcCallContext context, int value)
        => context.Connection.CallAsync<int>("back", value).AsTask().WaitAsync(InMemoryConnection.Deadline).GetAwaiter().GetResult();

    public async Task<int> CallBackLaterAsync(MprpcCallContext context, int value) => await context.Connection.CallAsync<int>("back", value);

    public void Dispose() => Gate.Dispose();
}
