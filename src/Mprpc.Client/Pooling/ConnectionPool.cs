using Mprpc.Client.Connections;
using Mprpc.Connections;

namespace Mprpc.Client.Pooling;

/// <summary>
/// The connections of a client: a call takes the one with the fewest calls in flight of those that are there. Where all are in use, a further one is dialled
/// beside it; who finds none, or
/// no place on any, waits here, first come first served.
/// </summary>
/// <remarks>Safe for concurrent use. No user code runs under its lock.</remarks>
internal sealed partial class ConnectionPool
{
    private readonly Lock _gate = new();
    private readonly Subchannel[] _subchannels;
    private readonly LinkedList<Waiter> _waiters = [];      // under the lock
    private readonly PoolUpkeep _upkeep;
    private readonly string _address;
    private readonly int _limit;
    private readonly bool _isLimited;
    private readonly int _maxOpen;
    private int _open;          // under the lock: connections, those in the making included
    private bool _isClosed;     // under the lock
    private volatile Subchannel _notifying;

    public ConnectionPool(ClientParts parts)
    {
        MprpcClientOptions options = parts.Options;
        _parts = parts;
        _address = parts.Address;
        _limit = Math.Min(options.MaxInFlightPerConnection, options.MaxCallsPerConnection);
        _isLimited = _limit != int.MaxValue;

        // One that takes the place of another is there before that has had its last answer.
        bool replaces = options.ConnectionLifetime is not null || options.MaxCallsPerConnection != int.MaxValue || options.Extensions != MprpcExtensions.Never;
        _maxOpen = Math.Max(options.MaxConnections, replaces ? 2 : 1);
        Backoff = new Backoff(options.Reconnect, options.TimeProvider);
        _upkeep = new PoolUpkeep(this, parts);
        _subchannels = [.. Enumerable.Range(0, options.MaxConnections).Select(_ => new Subchannel(this, parts))];
        _notifying = _subchannels[0];
    }

    /// <summary>Whether calls wait for a place, because the calls in flight on a connection, or all its calls, are limited.</summary>
    public bool IsLimited => _isLimited;

    public bool IsConnected => Array.Exists(_subchannels, subchannel => subchannel.Current is not null);

    public bool IsConnecting => Array.Exists(_subchannels, subchannel => subchannel.IsConnecting);

    public IReadOnlyList<Subchannel> Subchannels => _subchannels;

    public Backoff Backoff { get; }

    /// <summary>Whether one more connection may be open.</summary>
    public bool HasRoom => Volatile.Read(ref _open) < _maxOpen;

    /// <summary>A connection for a call, where one is there at once; for a pool without limit.</summary>
    public RpcConnection? TryGet()
    {
        if (_subchannels.Length == 1)
        {
            return _subchannels[0].Current;
        }

        Subchannel? best = Choose(int.MaxValue, out Subchannel? spare);

        if (spare is not null && best is not null && best.Load > 0 && MayDial(spare))
        {
            lock (_gate)
            {
                Dial(spare);
            }
        }

        return best?.Current;
    }

    /// <summary>
    /// A connection for a notification, where one is there at once: the same for all, as long as it holds, because their order means something.
    /// </summary>
    public RpcConnection? TryGetForNotification()
    {
        if (_notifying.Current is { } connection)
        {
            return connection;
        }

        if (Array.Find(_subchannels, subchannel => subchannel.Current is not null) is { } other)
        {
            _notifying = other;
        }

        return _notifying.Current;
    }

    /// <summary>The connections that take calls at this moment.</summary>
    public IEnumerable<RpcConnection> Connected() => _subchannels.Select(subchannel => subchannel.Current).OfType<RpcConnection>();

    /// <summary>Waits for a place on a connection, dialled where there is none; to be given back with <see cref="Release"/>.</summary>
    /// <param name="isServing">Whether a call of the server's waits for this one: then it has a place of its own, or both would wait for each other.</param>
    /// <param name="lost">The place that the caller has had and gives back, whose connection was lost before it could be used: its turn stays the first. Null
    /// for a new caller.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public async ValueTask<Subchannel> AcquireAsync(bool isServing, Subchannel? lost, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> waiter;

        lock (_gate)
        {
            if (_isLimited)
            {
                lost?.Unreserve();
            }

            if (_isClosed)
            {
                throw ClientParts.DisposedException();
            }

            if (TryTake(isServing ? int.MaxValue : _limit) is { } subchannel)
            {
                Grow();     // the place that was given back is to be dialled for others
                return subchannel;
            }

            waiter = lost is null ? _waiters.AddLast(new Waiter()) : _waiters.AddFirst(new Waiter());
            Grow();
        }

        try
        {
            return await waiter.Value.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (TryGiveUp(waiter))
        {
            throw;
        }
        catch (OperationCanceledException) when (waiter.Value.Task.IsCompletedSuccessfully)
        {
            Release(await waiter.Value.Task.ConfigureAwait(false));
            throw;
        }
    }

    /// <summary>Makes the first connection.</summary>
    /// <param name="waitForReady">Whether to try until the server can be reached.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    public async Task ConnectAsync(bool waitForReady, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                Release(await AcquireAsync(isServing: false, lost: null, cancellationToken).ConfigureAwait(false));
                return;
            }
            catch (MprpcConnectionException exception) when (waitForReady && !exception.IsLasting)
            {
                // The next attempt waits for its back-off.
            }
        }
    }

    /// <summary>Gives a place back, after the call that had it.</summary>
    public void Release(Subchannel subchannel)
    {
        if (!_isLimited)
        {
            return;
        }

        subchannel.Unreserve();
        OnChanged();
    }

    /// <summary>Takes no more calls over a connection that has refused what it was given.</summary>
    public void Drop(RpcConnection connection) => Array.Find(_subchannels, subchannel => subchannel.Current == connection)?.Drop(connection);

    /// <summary>Begins to make the first connection.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            Dial(_subchannels[0]);
        }
    }

    /// <summary>A place has been given back, or a connection is there or gone: those who wait may go on, or something is to be dialled for them.</summary>
    public void OnChanged()
    {
        lock (_gate)
        {
            while (_waiters.First is { } first && TryTake(_limit) is { } subchannel)
            {
                _waiters.RemoveFirst();
                first.Value.SetResult(subchannel);
            }

            Grow();
            KeepUp();
        }
    }

    /// <summary>A connection takes calls.</summary>
    public void OnConnected()
    {
        _hasConnected = true;
        Backoff.Connected();
        _upkeep.Begin();
        OnChanged();
    }

    /// <summary>A connection, or the making of one, has ended.</summary>
    public void OnClosed()
    {
        lock (_gate)
        {
            _open--;
        }

        OnChanged();
    }

    /// <summary>The connection of an attempt has ended, and the attempt goes on with another.</summary>
    public void OnDialledAgain()
    {
        lock (_gate)
        {
            _open++;
        }
    }

    /// <summary>An attempt has failed: where there is no other connection, nor another attempt, nobody can go on.</summary>
    /// <param name="exception">Why.</param>
    /// <param name="hadConnection">Whether there was a connection already, whose end is told by itself.</param>
    public void OnFailed(Exception exception, bool hadConnection)
    {
        lock (_gate)
        {
            _open -= hadConnection ? 0 : 1;

            if (!IsConnected && !IsConnecting)
            {
                FailWaiters(exception);
            }
        }

        OnChanged();
    }

    /// <summary>Why a call has not been sent in its time.</summary>
    public string DescribeWait()
        => IsConnected || (!IsConnecting && Backoff.LastFailure is null)
                ? $"no connection to {_address} had a place for it. Raise the timeout, MprpcClientOptions.MaxConnections or MaxInFlightPerConnection."
            : Backoff.LastFailure is { } failure ? $"there is no connection to {_address}, and the last attempt to make one failed: {failure.Message}"
            : $"{_address} has not answered the attempt to connect. Is it reachable? Raise the timeout if it is only slow.";

    public Task CloseAsync(TimeSpan sendTimeout, bool hasNotified)
    {
        lock (_gate)
        {
            _isClosed = true;
            FailWaiters(ClientParts.DisposedException());
        }

        _upkeep.Dispose();
        return Task.WhenAll(_subchannels.Select(subchannel => subchannel.CloseAsync(sendTimeout, hasNotified)));
    }

    /// <summary>
    /// The least loaded that is connected and has less than <paramref name="limit"/> places taken; one that is not connected, if there is one.
    /// </summary>
    private Subchannel? Choose(int limit, out Subchannel? unconnected)
    {
        Subchannel? best = null;
        unconnected = null;
        int bestLoad = int.MaxValue;

        foreach (Subchannel subchannel in _subchannels)
        {
            if (subchannel.Current is not { } current)
            {
                unconnected ??= subchannel.IsConnecting ? null : subchannel;
                continue;
            }

            // One whose peer does not read comes last.
            int load = current.Output.IsCongested ? int.MaxValue - 1 : subchannel.Load;

            if (load < bestLoad && subchannel.Reserved < limit)
            {
                best = subchannel;
                bestLoad = load;
            }
        }

        return best;
    }

    /// <summary>Under the lock: a place on a connection that is there.</summary>
    private Subchannel? TryTake(int limit)
    {
        Subchannel? best = Choose(limit, out Subchannel? spare);

        if (best is null)
        {
            return null;
        }

        if (spare is not null && best.Load > 0 && MayDial(spare))
        {
            Dial(spare);
        }

        if (_isLimited)
        {
            best.Reserve();
        }

        return best;
    }

    /// <summary>Under the lock: dials as many as those who wait can use.</summary>
    private void Grow()
    {
        if (_isClosed)
        {
            return;
        }

        long waiting = _waiters.Count;

        // What is dialled already is for those at the head.
        foreach (Subchannel subchannel in _subchannels)
        {
            if (waiting <= 0)
            {
                return;
            }

            // Read first: one that is made in between is seen in one way or the other.
            bool isConnecting = subchannel.IsConnecting;

            if (subchannel.Current is not null || subchannel.Reserved >= _limit)
            {
                continue;
            }

            if (isConnecting || Dial(subchannel))
            {
                waiting -= (long)_limit - subchannel.Reserved;
            }
        }
    }

    private bool MayDial(Subchannel subchannel) => !subchannel.IsConnecting && HasRoom && !Backoff.IsWaiting;

    /// <summary>Under the lock.</summary>
    private bool Dial(Subchannel subchannel)
    {
        if (_isClosed || _open >= _maxOpen || !subchannel.TryBeginConnecting())
        {
            return false;
        }

        _open++;
        return true;
    }

    private bool TryGiveUp(LinkedListNode<Waiter> waiter)
    {
        lock (_gate)
        {
            if (waiter.List is null)
            {
                return false;
            }

            _waiters.Remove(waiter);
            return true;
        }
    }

    /// <summary>Under the lock.</summary>
    private void FailWaiters(Exception exception)
    {
        // Each has its own: one that several threads throw would mix up their stack traces.
        foreach (Waiter waiter in _waiters)
        {
            waiter.Fail(exception is MprpcConnectionException lost
                ? new MprpcConnectionException(lost.Message, lost.RequestWasSent, lost.InnerException) { IsLasting = lost.IsLasting }
                : exception);
        }

        _waiters.Clear();
    }
}
