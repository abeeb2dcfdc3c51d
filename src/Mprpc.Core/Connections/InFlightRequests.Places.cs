namespace Mprpc.Connections;

/// <content>How many requests may be in flight at once, where the peer has said how many it takes (docs/protocol.md 10.5).</content>
internal sealed partial class InFlightRequests
{
    private int _limit = int.MaxValue;
    private int _unsent;                        // under the lock: how many of the calls in flight wait for their requests to be sent
    private bool _isWatched;
    private bool _isWatchSeen;

    /// <summary>
    /// Called each time that a call has left, answered or not, once <see cref="WatchPlaces"/> has asked for it; on whatever thread, outside the lock. Must not
    /// throw.
    /// </summary>
    public Action? OnLeft { get; set; }

    /// <summary>How many requests may be in flight; those of the protocol's own methods are not bound by it.</summary>
    public int Limit => Volatile.Read(ref _limit);

    /// <summary>Whether the peer has said how many requests may be in flight.</summary>
    public bool IsLimited => Limit != int.MaxValue;

    /// <summary>Whether the request of a call that is in flight and waits for that can be sent; for one thread at a time.</summary>
    public bool HasPlace
    {
        get
        {
            lock (_gate)
            {
                return Count - _unsent < _limit;
            }
        }
    }

    /// <summary>The peer has said how many requests it takes at once; 0: it has not said.</summary>
    public void ChangeLimit(long calls)
    {
        lock (_gate)
        {
            _limit = calls == 0 ? int.MaxValue : (int)Math.Min(calls, int.MaxValue);
        }
    }

    /// <summary>
    /// From now on each call that leaves is told to <see cref="OnLeft"/>. Who looks for a place after this, and before that has noted that it waits, and a full
    /// fence, misses none.
    /// </summary>
    public void WatchPlaces()
    {
        if (Volatile.Read(ref _isWatchSeen))
        {
            return;
        }

        // With Take, as in WhenEmpty. Once a connection: it is watched from then on.
        Volatile.Write(ref _isWatched, true);
        Interlocked.MemoryBarrierProcessWide();
        Volatile.Write(ref _isWatchSeen, true);
    }

    /// <summary>A call is in flight no longer that waited for its request to be sent, and was taken without the lock.</summary>
    public void ForgetUnsent()
    {
        lock (_gate)
        {
            _unsent--;
        }
    }

    /// <summary>Whether a call for which there is no place may be added all the same.</summary>
    private static bool MayExceed(PendingCall call) => call.WaitsForPlace || call.IsControl;

    /// <summary>A call has left, and that is counted.</summary>
    private void TellLeft()
    {
        CheckEmpty();
        OnLeft?.Invoke();
    }
}
