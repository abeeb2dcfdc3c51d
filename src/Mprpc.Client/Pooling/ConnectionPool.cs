using Mprpc.Client.Connections;
using Mprpc.Connections;

namespace Mprpc.Client.Pooling;

/// <summary>
/// The connections of a client: a call takes the one with the fewest calls in flight of those that are there. Where all are in use, a further one is dialled
/// beside it; who finds none, or no place on any, waits here, first come first served.
/// </summary>
/// <remarks>Safe for concurrent use. No user code runs under its lock.</remarks>
internal sealed partial class ConnectionPool
{
    private readonly Lock _gate = new();
    private readonly Subchannel[] _subchannels;
    private readonly PoolUpkeep _upkeep;
    private readonly WaitingRoom _room;
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
        _isBalanced = options.Servers is not null;
        int subchannels = _isBalanced ? Math.Max(options.MaxConnections, options.ServesCalls ? 1 : options.MaxConnectedServers) : options.MaxConnections;
        _maxOpen = Math.Max(subchannels, replaces ? 2 : 1) + (_isBalanced && replaces && subchannels > 1 ? 1 : 0);
        Backoff = new Backoff(options.Reconnect, options.TimeProvider, hasFullJitter: _isBalanced);
        _room = new WaitingRoom(parts);
        _subchannels = [.. Enumerable.Range(0, subchannels).Select(_ => new Subchannel(this, parts))];
        _upkeep = new PoolUpkeep(this, parts);
        _notifying = _subchannels[0];
        parts.Dialer.Watch(OnServersChanged, () => IsConnected);
    }

    /// <summary>
    /// Whether each call takes a place here until it has ended, because the calls in flight on a connection, or all its calls, are limited by the options. Else
    /// it has one only until it is sent.
    /// </summary>
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

        // A connection whose server has as many calls as it takes refuses by itself.
        Subchannel? best = Choose(limit: null, out Subchannel? spare);

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
        _parts.Telemetry.OnReconnect(isConnected: false);

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

    public Task CloseAsync(TimeSpan sendTimeout, bool hasNotified)
    {
        lock (_gate)
        {
            _isClosed = true;
            FailWaiters(ClientParts.DisposedException());
            _room.Close();
        }

        _upkeep.Dispose();
        return Task.WhenAll(_subchannels.Select(subchannel => subchannel.CloseAsync(sendTimeout, hasNotified)));
    }

    /// <summary>
    /// The least loaded that is connected and has a place, less than <paramref name="limit"/> being taken (null: any has); one that is not connected, if there
    /// is one.
    /// </summary>
    private Subchannel? Choose(int? limit, out Subchannel? unconnected)
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

            if (load < bestLoad && (limit is null || subchannel.HasPlace(current, limit.Value)))
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
        Subchannel? spare = null;
        Subchannel? best = (_isBalanced ? ChooseOfTwo(limit, avoided: null, out spare, out _) : null) ?? Choose(limit, out spare);

        if (best is null)
        {
            return null;
        }

        if (spare is not null && best.Load > 0 && MayDial(spare))
        {
            Dial(spare);
        }

        best.Reserve();
        return best;
    }

    /// <summary>Under the lock: dials as many as those who wait can use.</summary>
    private void Grow()
    {
        if (_isClosed)
        {
            return;
        }

        long waiting = _waiters.Count + _room.Count;

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

    private bool MayDial(Subchannel subchannel)
        => !subchannel.IsConnecting && HasRoom && (!_isBalanced || Volatile.Read(ref _open) < Limit) && !Backoff.IsWaiting;

    /// <summary>Under the lock.</summary>
    private bool Dial(Subchannel subchannel)
    {
        if (_isClosed || _open >= _maxOpen || (_isBalanced && HasAll()) || !subchannel.TryBeginConnecting())
        {
            return false;
        }

        _open++;
        return true;
    }
}
