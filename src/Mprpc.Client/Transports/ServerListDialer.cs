namespace Mprpc.Client.Transports;

/// <summary>
/// Makes connections to the servers of a list: to the one with the fewest of this client, and those that were of use last before those that were not. Safe for
/// concurrent use.
/// </summary>
internal sealed class ServerListDialer : Dialer
{
    // A server that cannot be reached is tried after the others for so long; it is tried all the same if no other can be.
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(2);

    // A server that has stopped may be there again after this time.
    private static readonly TimeSpan s_soonestReturn = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly MprpcServerSource _source;
    private readonly MprpcClientOptions _options;
    private readonly TimeProvider _clock;
    private readonly ServerDirectory _directory;
    private uint _next;

    /// <param name="source">Finds the servers.</param>
    /// <param name="dialerTo">Makes what connects to one of them.</param>
    /// <param name="options">The client's, frozen.</param>
    public ServerListDialer(MprpcServerSource source, Func<ServerAddress, Dialer> dialerTo, MprpcClientOptions options)
    {
        _source = source;
        _options = options;
        _clock = options.TimeProvider;
        _directory = new ServerDirectory(source, dialerTo, options);
    }

    public override TimeSpan? RefreshInterval => _source.Unchanging is null ? _options.ServersRefreshInterval : null;

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
        return made ?? throw (count == 1 ? failure! : new MprpcConnectionException(
            $"None of the {count} servers can be reached. The last failed: {failure!.Message}", requestWasSent: false, failure));
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

    public override void OnLost(ClientTransport transport) => TryAvoid(transport, s_soonestReturn);

    public override void Refresh() => _ = _directory.AskAsync(_options.ServersRefreshInterval ?? TimeSpan.MaxValue);      // cannot throw

    public override void Watch(Action onChanged) => _directory.Changed = onChanged;

    public override void End() => _directory.End();

    public override string ToString() => _source.ToString()!;

    private async Task<(ClientTransport? Made, MprpcConnectionException? Failure)> TryEachAsync(ListedServer[] servers, CancellationToken cancellationToken)
    {
        MprpcConnectionException? failure = null;

        foreach (ListedServer server in InTurn(servers))
        {
            try
            {
                return (await ConnectAsync(server, cancellationToken).ConfigureAwait(false), null);
            }
            catch (MprpcConnectionException exception)
            {
                failure = exception;
                Avoid(server, s_pauseAfterFailure);
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
    }

    private bool IsAvoided(ListedServer server) => server.AvoidedFor > TimeSpan.Zero && _clock.GetElapsedTime(server.AvoidedAt) < server.AvoidedFor;
}
