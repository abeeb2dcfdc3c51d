namespace Mprpc.Client.Transports;

/// <summary>
/// Makes connections to the servers of a list: to the one with the fewest of this client, and those that were of use last before those that were not. Safe for
/// concurrent use.
/// </summary>
internal sealed class ServerListDialer : Dialer
{
    // A server that cannot be reached is tried after the others for so long; after the third failure in a row the time doubles with each, but only of half of
    // the servers: what fails for more is hardly their fault. It is tried all the same if no other can be.
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);
    private const int FailuresBeforeDoubling = 3;

    // A server that has stopped may be there again after this time.
    private static readonly TimeSpan s_soonestReturn = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly MprpcServerSource _source;
    private readonly MprpcClientOptions _options;
    private readonly TimeProvider _clock;
    private readonly ServerDirectory _directory;
    private uint _next;
    private volatile int _usable = 1;
    private Func<bool> _isConnected = static () => false;

    /// <param name="source">Finds the servers.</param>
    /// <param name="dialerTo">Makes what connects to one of them.</param>
    /// <param name="options">The client's, frozen.</param>
    public ServerListDialer(MprpcServerSource source, Func<ServerAddress, Dialer> dialerTo, MprpcClientOptions options)
    {
        _source = source;
        _options = options;
        _clock = options.TimeProvider;
        _directory = new ServerDirectory(source, dialerTo, options);
        CountUsable();
    }

    public override int Usable => _usable;

    // Also of a list that does not change: a server that was of no use may be again.
    public override TimeSpan? RefreshInterval => TimeSpan.FromSeconds(1);

    public override async Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
    {
        ListedServer[] servers = await _directory.GetAsync(cancellationToken).ConfigureAwait(false);
        (ClientTransport? made, MprpcConnectionException? failure) = await TryEachAsync(servers, cancellationToken).ConfigureAwait(false);

        if (made is not null)
        {
            return made;
        }

        // There may be others by now.
        await _directory.AskAsync(TimeSpan.Zero).WaitAsync(cancellationToken).ConfigureAwait(false);
        ListedServer[] others = [.. _directory.Servers.Except(servers)];

        if (others.Length > 0)
        {
            (made, failure) = await TryEachAsync(others, cancellationToken).ConfigureAwait(false);
        }

        int count = servers.Length + others.Length;
        return made ?? throw (count == 1 && failure is not null ? failure : new MprpcConnectionException(
            failure is null
                ? $"There is a connection to each of the {count} servers already."
                : $"None of the {count} servers can be reached. The last failed: {failure.Message}",
            requestWasSent: false,
            failure));
    }

    public override bool TryAvoid(ClientTransport transport, TimeSpan time)
    {
        lock (_gate)
        {
            if (transport.Server is { } left)
            {
                Avoid(left, time);
            }

            return Array.Exists(_directory.Servers, server => !IsAvoided(server) || _clock.GetElapsedTime(server.AvoidedAt) > s_soonestReturn);
        }
    }

    public override void OnLost(ClientTransport transport, bool wasHeard)
    {
        if (transport.Server is { } server)
        {
            if (wasHeard)
            {
                Avoid(server, s_shortestPause);
            }
            else
            {
                Fail(server);
            }
        }
    }

    public override void OnHeard(ClientTransport transport)
    {
        if (transport.Server is { } server)
        {
            lock (_gate)
            {
                server.Failures = 0;
            }
        }
    }

    public override void Refresh()
    {
        CountUsable();
        _ = _directory.AskAsync(_options.ServersRefreshInterval ?? TimeSpan.MaxValue);      // cannot throw
    }

    public override void Watch(Action onChanged, Func<bool> isConnected)
    {
        _isConnected = isConnected;
        _directory.Changed = () =>
        {
            CountUsable();
            onChanged();
        };
    }

    public override void End() => _directory.End();

    public override string ToString() => _source.ToString()!;

    private async Task<(ClientTransport? Made, MprpcConnectionException? Failure)> TryEachAsync(ListedServer[] servers, CancellationToken cancellationToken)
    {
        MprpcConnectionException? failure = null;
        int most = Math.Max(1, (_options.MaxConnections + servers.Length - 1) / servers.Length);

        foreach (ListedServer server in InTurn(servers))
        {
            // Without need only to share the calls out: a second one to the same server would take another's part.
            if (server.Connections >= most && _isConnected())
            {
                continue;
            }

            try
            {
                return (await ConnectAsync(server, cancellationToken).ConfigureAwait(false), null);
            }
            catch (MprpcConnectionException exception)
            {
                failure = exception;
                Fail(server);
            }
        }

        return (null, failure);
    }

    private async Task<ClientTransport> ConnectAsync(ListedServer server, CancellationToken cancellationToken)
    {
        Count(server, 1);
        ClientTransport transport;

        try
        {
            transport = await server.Dialer.ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Count(server, -1);
            throw;
        }

        int isReleased = 0;
        return transport with { Server = server, Release = ReleaseAsync };

        ValueTask ReleaseAsync()
        {
            Count(server, Interlocked.Exchange(ref isReleased, 1) == 0 ? -1 : 0);
            return transport.Release();
        }
    }

    private ListedServer[] InTurn(ListedServer[] servers)
    {
        lock (_gate)
        {
            int first = (int)(_next++ % (uint)servers.Length);

            // A stable order: those that nothing is known against keep the turn; of the others the one comes first that has had most time to come back.
            return [.. Enumerable.Range(first, servers.Length)
                .Select(index => servers[index % servers.Length])
                .OrderBy(server => IsAvoided(server) ? server.AvoidedAt : long.MinValue)
                .ThenBy(static server => server.Address.IsLastResort)
                .ThenBy(static server => server.Connections)];
        }
    }

    private void Count(ListedServer server, int change)
    {
        lock (_gate)
        {
            server.Connections += change;
        }
    }

    private void Fail(ListedServer server)
    {
        lock (_gate)
        {
            ListedServer[] servers = _directory.Servers;
            int ejected = servers.Count(other => other != server && IsAvoided(other) && other.AvoidedFor > s_shortestPause);
            int doublings = Math.Min(Math.Max(0, ++server.Failures - FailuresBeforeDoubling), 16);
            TimeSpan pause = ejected < servers.Length / 2 ? s_shortestPause * (1 << doublings) : s_shortestPause;
            Avoid(server, pause < s_longestPause ? pause : s_longestPause);
        }
    }

    private void Avoid(ListedServer server, TimeSpan time)
    {
        lock (_gate)
        {
            // Of two reasons the one that holds longer.
            if (IsAvoided(server) && server.AvoidedFor - _clock.GetElapsedTime(server.AvoidedAt) > time)
            {
                return;
            }

            server.AvoidedAt = _clock.GetTimestamp();
            server.AvoidedFor = time;
        }

        CountUsable();
    }

    /// <summary>Those that nothing is known against.</summary>
    private void CountUsable()
    {
        lock (_gate)
        {
            _usable = Math.Max(1, _directory.Servers.Count(server => !server.Address.IsLastResort && !IsAvoided(server)));
        }
    }

    private bool IsAvoided(ListedServer server) => server.AvoidedFor > TimeSpan.Zero && _clock.GetElapsedTime(server.AvoidedAt) < server.AvoidedFor;
}
