using System.Diagnostics.CodeAnalysis;
using Mprpc.Scheduling;

namespace Mprpc.Connections;

/// <summary>
/// Runs a connection's notifications apart from its read loop, one after the other; used while one of their methods is taken for a method that blocks.
/// </summary>
/// <remarks>
/// They begin in the order in which they came (docs/protocol.md 4), as on the read loop: the next one begins when the one before has ended, or has been seen to
/// hold its thread up. Then another thread goes on with the rest. Safe for concurrent use.
/// </remarks>
internal sealed class NotificationLane : IStallable, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<IThreadPoolWorkItem> _waiting = new();
    private readonly StallGuard _guard;
    private volatile bool _isBusy;

    public NotificationLane() => _guard = new StallGuard(this);

    public Baton Baton { get; } = new();

    /// <summary>
    /// Whether there are notifications that have not ended or not been given up to threads of their own: those that come have to wait behind them.
    /// </summary>
    public bool IsBusy => _isBusy;

    /// <summary>Runs a notification when those before it have begun.</summary>
    public void Run(IThreadPoolWorkItem notification)
    {
        lock (_gate)
        {
            _waiting.Enqueue(notification);

            if (_isBusy)
            {
                return;
            }

            _isBusy = true;
        }

        BlockingThreads.Shared.Run(this);
    }

    /// <inheritdoc/>
    public void TakeOver(long entry) => BlockingThreads.Shared.Run(new TakenOverLane(this, entry));

    /// <summary>Runs what waits.</summary>
    public void Execute()
    {
        var own = AmbientState.Capture();

        while (TryTake(out IThreadPoolWorkItem? notification))
        {
            _guard.Watch();
            long entry = Baton.Enter(notification);
            notification.Execute();

            // What it has put into ambient state must not reach the next.
            own.Restore();

            if (!Baton.TryLeave(entry))
            {
                return;     // another thread runs the rest
            }
        }
    }

    private bool TryTake([NotNullWhen(true)] out IThreadPoolWorkItem? notification)
    {
        lock (_gate)
        {
            _isBusy = _waiting.TryDequeue(out notification);
            return _isBusy;
        }
    }

    private sealed class TakenOverLane(NotificationLane lane, long entry) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            if (lane.Baton.TryTake(entry, out _))
            {
                lane.Execute();
            }
        }
    }
}
