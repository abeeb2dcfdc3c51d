using Mprpc.Client.Connections;

namespace Mprpc.Client.Pooling;

/// <summary>
/// Retires connections that have served their lifetime, and those that a burst of calls has left behind, and has the list of servers asked for again. Looks
/// only while there are connections.
/// </summary>
internal sealed class PoolUpkeep : IDisposable
{
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly ConnectionPool _pool;
    private readonly ClientParts _parts;
    private readonly TimeSpan? _lifetime;
    private readonly TimeSpan? _idleTimeout;
    private readonly TimeSpan? _refresh;
    private readonly TimeSpan _period;
    private ITimer? _timer;
    private bool _isRunning;
    private bool _isDisposed;

    /// <param name="pool">What is looked after.</param>
    /// <param name="parts">What the client's parts share.</param>
    public PoolUpkeep(ConnectionPool pool, ClientParts parts)
    {
        _pool = pool;
        _parts = parts;
        _lifetime = parts.Options.ConnectionLifetime;
        _idleTimeout = pool.Subchannels.Count > 1 ? parts.Options.PooledConnectionIdleTimeout : null;
        _refresh = parts.Dialer.RefreshInterval;
        _period = Period(Period(Period(LongestPeriod, _lifetime), _idleTimeout), _refresh);
    }

    /// <summary>A connection is there.</summary>
    public void Begin()
    {
        if (_lifetime is null && _idleTimeout is null && _refresh is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_isRunning || _isDisposed)
            {
                return;
            }

            _isRunning = true;
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                _timer ??= _parts.Clock.CreateTimer(static upkeep => ((PoolUpkeep)upkeep!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            _timer.Change(_period, _period);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private static TimeSpan Period(TimeSpan longest, TimeSpan? limit)
        => limit is null || limit / 4 >= longest ? longest : limit / 4 > ShortestPeriod ? limit.Value / 4 : ShortestPeriod;

    private void OnTick()
    {
        if (_refresh is not null)
        {
            _parts.Dialer.Refresh();
        }

        int connected = 0;
        bool serves = _parts.Dispatcher.HasMethods;

        lock (_gate)
        {
            // Under the lock: a connection that comes now begins the ticking anew.
            foreach (Subchannel subchannel in _pool.Subchannels)
            {
                connected += subchannel.Current is null ? 0 : 1;
            }

            if (connected == 0 && !_isDisposed)
            {
                _isRunning = false;
                _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (Subchannel subchannel in _pool.Subchannels)
        {
            // The server may have kept a connection to call methods over it.
            bool isIdle = _idleTimeout is { } idle && subchannel.HasBeenIdleFor(idle) && connected > 1 && !serves;

            // One with calls in flight goes on where nothing could take its place.
            bool isOld = _lifetime is { } lifetime && subchannel.HasServed(lifetime) && (subchannel.Load == 0 || connected > 1 || _pool.HasRoom);

            if ((isIdle || isOld) && subchannel.TryRetire())
            {
                connected--;
            }
        }
    }
}
