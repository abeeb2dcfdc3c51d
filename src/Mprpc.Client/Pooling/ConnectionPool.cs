using Mprpc.Client.Connections;
using Mprpc.Connections;

namespace Mprpc.Client.Pooling;

/// <summary>
/// The connections of a client: a call takes the one with the fewest calls in flight of those that are there. Where all are in use, a further one is dialled
/// beside it; who finds none, or
/// no place on any, waits here, first come first served.
/// </summary>
/// <remarks>Safe for concurrent use. No user code runs under its lock.</remarks>
internal sealed class ConnectionPool
{
    private readonly Lock _gate = new();
    private readonly ClientConnection[] _connections;
    private readonly LinkedList<Waiter> _waiters = [];      // under the lock
    private readonly PoolUpkeep _upkeep;
    private readonly string _address;
    private readonly int _limit;
    private readonly bool _isLimited;
    private readonly int _mostOpen;
    private int _open;          // under the lock: connections, those in the making included
    private bool _isClosed;     // under the lock
    private volatile ClientConnection _notifying;

    public ConnectionPool(ClientParts parts)
    {
        MprpcClientOptions options = parts.Options;
        _address = parts.Address;
        _limit = Math.Min(options.MaxInFlightPerConnection, options.MaxCallsPerConnection);
        _isLimited = _limit != int.MaxValue;

        // One that takes the place of another is there before that has had its last answer.
        _mostOpen = Math.Max(options.MaxConnections, options.ConnectionLifetime is null && options.MaxCallsPerConnection == int.MaxValue ? 1 : 2);
        Backoff = new Backoff(options.Reconnect, options.TimeProvider);
        _upkeep = new PoolUpkeep(this, options, shrinks: options.MaxConnections > 1 && !parts.Dispatcher.HasMethods);
        _connections = [.. Enumerable.Range(0, options.MaxConnections).Select(_ => new ClientConnection(this, parts))];
        _notifying = _connections[0];
    }

    /// <summary>Whether calls wait for a place, because the calls in flight on a connection, or all its calls, are limited.</summary>
    public bool IsLimited => _isLimited;

    public bool IsConnected => Array.Exists(_connections, connection => connection.Current is not null);

    public bool IsConnecting => Array.Exists(_connections, connection => connection.IsConnecting);

    public IReadOnlyList<ClientConnection> Places => _connections;

    public Backoff Backoff { get; }

    /// <summary>Whether one more connection may be open.</summary>
    public bool HasRoom => Volatile.Read(ref _open) < _mostOpen;

    /// <summary>A connection for a call, where one is there at once; for a pool without limit.</summary>
    public RpcConnection? TryGet()
    {
        if (_connections.Length == 1)
        {
            return _connections[0].Current;
        }

        ClientConnection? best = Choose(int.MaxValue, out ClientConnection? spare);

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

        if (Array.Find(_connections, connection => connection.Current is not null) is { } other)
        {
            _notifying = other;
        }

        return _notifying.Current;
    }

    /// <summary>The connections that take calls at this moment.</summary>
    public IEnumerable<RpcConnection> Connected() => _connections.Select(connection => connection.Current).OfType<RpcConnection>();

    /// <summary>Waits for a place on a connection, dialled where there is none; to be given back with <see cref="Release"/>.</summary>
    /// <param name="isServing">Whether a call of the server's waits for this one: then it has a place of its own, or both would wait for each other.</param>
    /// <param name="lost">The place that the caller has had and gives back, whose connection was lost before it could be used: its turn stays the first. Null
    /// for a new caller.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public async ValueTask<ClientConnection> AcquireAsync(bool isServing, ClientConnection? lost, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> waiter;

        lock (_gate)
        {
            if (_isLimited)
            {
                lost?.Unreserve();
            }

            ObjectDisposedException.ThrowIf(_isClosed, typeof(MprpcClient));

            if (TryTake(isServing ? int.MaxValue : _limit) is { } place)
            {
                Grow();     // the place that was given back is to be dialled for others
                return place;
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
    public void Release(ClientConnection place)
    {
        if (!_isLimited)
        {
            return;
        }

        place.Unreserve();
        OnChanged();
    }

    /// <summary>Takes no more calls over a connection that has refused what it was given.</summary>
    public void Drop(RpcConnection connection) => Array.Find(_connections, place => place.Current == connection)?.Drop(connection);

    /// <summary>Begins to make the first connection.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            Dial(_connections[0]);
        }
    }

    /// <summary>A place has been given back, or a connection is there or gone: those who wait may go on, or something is to be dialled for them.</summary>
    public void OnChanged()
    {
        lock (_gate)
        {
            while (_waiters.First is { } first && TryTake(_limit) is { } place)
            {
                _waiters.RemoveFirst();
                first.Value.SetResult(place);
            }

            Grow();
        }
    }

    /// <summary>A connection takes calls.</summary>
    public void OnConnected()
    {
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
        => IsConnected || (!IsConnecting && Backoff.LastFailure is null) ? $"no connection to {_address} had a place for it. Raise the timeout, MprpcClientOptions.MaxConnections or MaxInFlightPerConnection."
            : Backoff.LastFailure is { } failure ? $"there is no connection to {_address}, and the last attempt to make one failed: {failure.Message}"
            : $"{_address} has not answered the attempt to connect. Is it reachable? Raise the timeout if it is only slow.";

    public Task CloseAsync(TimeSpan sendTimeout, bool hasNotified)
    {
        lock (_gate)
        {
            _isClosed = true;
            FailWaiters(new ObjectDisposedException(typeof(MprpcClient).FullName));
        }

        _upkeep.Dispose();
        return Task.WhenAll(_connections.Select(connection => connection.CloseAsync(sendTimeout, hasNotified)));
    }

    /// <summary>
    /// The least loaded that is connected and has less than <paramref name="limit"/> places taken; one that is not connected, if there is one.
    /// </summary>
    private ClientConnection? Choose(int limit, out ClientConnection? unconnected)
    {
        ClientConnection? best = null;
        unconnected = null;
        int bestLoad = int.MaxValue;

        foreach (ClientConnection connection in _connections)
        {
            if (connection.Current is not { } current)
            {
                unconnected ??= connection.IsConnecting ? null : connection;
                continue;
            }

            // One whose peer does not read comes last.
            int load = current.Output.IsCongested ? int.MaxValue - 1 : connection.Load;

            if (load < bestLoad && connection.Reserved < limit)
            {
                best = connection;
                bestLoad = load;
            }
        }

        return best;
    }

    /// <summary>Under the lock: a place on a connection that is there.</summary>
    private ClientConnection? TryTake(int limit)
    {
        ClientConnection? best = Choose(limit, out ClientConnection? spare);

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
        foreach (ClientConnection connection in _connections)
        {
            if (waiting <= 0)
            {
                return;
            }

            // Read first: one that is made in between is seen in one way or the other.
            bool isConnecting = connection.IsConnecting;

            if (connection.Current is not null || connection.Reserved >= _limit)
            {
                continue;
            }

            if (isConnecting || Dial(connection))
            {
                waiting -= (long)_limit - connection.Reserved;
            }
        }
    }

    private bool MayDial(ClientConnection place) => !place.IsConnecting && HasRoom && !Backoff.IsWaiting;

    /// <summary>Under the lock.</summary>
    private bool Dial(ClientConnection place)
    {
        if (_isClosed || _open >= _mostOpen || !place.TryBeginConnecting())
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
            waiter.Fail(exception is MprpcConnectionException lost ? new MprpcConnectionException(lost.Message, lost.RequestWasSent, lost.InnerException) { IsLasting = lost.IsLasting } : exception);
        }

        _waiters.Clear();
    }
}
