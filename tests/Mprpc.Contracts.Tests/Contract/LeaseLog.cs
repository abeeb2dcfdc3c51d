using System.Collections.Concurrent;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>In which order things have ended.</summary>
internal sealed class LeaseLog
{
    private readonly ConcurrentQueue<string> _events = new();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyCollection<string> Events => _events;

    /// <summary>Completes when the scope has been disposed.</summary>
    public Task Disposed => _disposed.Task;

    public void Add(string what)
    {
        _events.Enqueue(what);

        if (what == "disposed")
        {
            _disposed.SetResult();
        }
    }
}
