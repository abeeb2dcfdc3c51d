using System.Collections.Concurrent;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>What the service of the streams has done.</summary>
public sealed class FeedLog
{
    private int _calls;
    private int _made;

    public int Calls => Volatile.Read(ref _calls);

    public int Made => Volatile.Read(ref _made);

    public ConcurrentQueue<object> Stored { get; } = new();

    /// <summary>Completes when a stream's generator has been disposed.</summary>
    public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource ScopeEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Call() => Interlocked.Increment(ref _calls);

    public void Make() => Interlocked.Increment(ref _made);
}
