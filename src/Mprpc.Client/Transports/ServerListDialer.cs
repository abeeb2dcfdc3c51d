namespace Mprpc.Client.Transports;

/// <summary>Makes connections to the servers of a list in turn: those that were of use last, before those that were not. Safe for concurrent use.</summary>
internal sealed class ServerListDialer : Dialer
{
    // A server that cannot be reached is tried after the others for so long; it is tried all the same if no other can be.
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(2);

    // A server that has stopped may be there again after this time.
    private static readonly TimeSpan s_soonestReturn = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Server[] _servers;
    private readonly TimeProvider _clock;
    private int _next;

    public ServerListDialer(IEnumerable<Dialer> servers, TimeProvider clock)
    {
        _servers = [.. servers.Select(dialer => new Server(dialer))];
        _clock = clock;
        _next = Random.Shared.Next(_servers.Length);     // so that many clients do not all begin with the same server
    }

    public override async Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
    {
        MprpcConnectionException? failure = null;

        foreach (Server server in InTurn())
        {
            try
            {
                ClientTransport transport = await server.Dialer.ConnectAsync(cancellationToken).ConfigureAwait(false);
                return transport with { MadeBy = server.Dialer };
            }
            catch (MprpcConnectionException exception)
            {
                failure = exception;
                Avoid(server, s_pauseAfterFailure);
            }
        }

        throw _servers.Length == 1 ? failure! : new MprpcConnectionException(
            $"None of the {_servers.Length} servers can be reached. The last failed: {failure!.Message}", requestWasSent: false, failure);
    }

    public override bool TryAvoid(ClientTransport transport, TimeSpan time)
    {
        lock (_gate)
        {
            if (Array.Find(_servers, server => server.Dialer == transport.MadeBy) is { } left)
            {
                Avoid(left, time);
            }

            return Array.Exists(_servers, server => !IsAvoided(server) || _clock.GetElapsedTime(server.AvoidedAt) > s_soonestReturn);
        }
    }

    public override string ToString() => string.Join(", ", _servers.Select(server => server.Dialer));

    private Server[] InTurn()
    {
        lock (_gate)
        {
            int first = _next;
            _next = (_next + 1) % _servers.Length;

            // A stable order: those that nothing is known against keep the turn; of the others the one comes first that has had most time to come back.
            return [.. Enumerable.Range(first, _servers.Length)
                .Select(index => _servers[index % _servers.Length])
                .OrderBy(server => IsAvoided(server) ? server.AvoidedAt : long.MinValue)];
        }
    }

    private void Avoid(Server server, TimeSpan time)
    {
        lock (_gate)
        {
            server.AvoidedAt = _clock.GetTimestamp();
            server.AvoidedFor = time;
        }
    }

    private bool IsAvoided(Server server) => server.AvoidedFor > TimeSpan.Zero && _clock.GetElapsedTime(server.AvoidedAt) < server.AvoidedFor;

    private sealed class Server(Dialer dialer)
    {
        public Dialer Dialer => dialer;

        public long AvoidedAt { get; set; }

        public TimeSpan AvoidedFor { get; set; }
    }
}
