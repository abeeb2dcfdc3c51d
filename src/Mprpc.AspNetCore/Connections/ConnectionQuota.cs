using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.AspNetCore.Limits;
using Mprpc.Diagnostics;

namespace Mprpc.AspNetCore.Connections;

/// <summary>How many connections an endpoint may have at once. Safe for concurrent use.</summary>
/// <remarks>
/// Not Kestrel's own limit, which writes a warning for each connection that it refuses, and which an application's listener shares with HTTP.
/// </remarks>
internal sealed class ConnectionQuota
{
    private readonly MprpcEndpointOptions _endpoint;
    private readonly TotalLimits _limits;
    private readonly LimitHits _hits;
    private readonly HarmlessLogger _logger;
    private int _count;

    public ConnectionQuota(IServiceProvider services, MprpcEndpointOptions endpoint)
    {
        _endpoint = endpoint;
        _limits = services.GetRequiredService<TotalLimits>();
        _hits = services.GetRequiredService<LimitHits>();
        _logger = new HarmlessLogger(services.GetRequiredService<ILoggerFactory>().CreateLogger("Mprpc.Server"));
    }

    /// <summary>Puts the limit before what serves a connection. One that is refused ends with FIN.</summary>
    public static ConnectionDelegate Limit(IServiceProvider services, MprpcEndpointOptions endpoint, ConnectionDelegate next)
    {
        ConnectionQuota quota = services.GetRequiredService<ConnectionQuotas>().Of(endpoint);
        return quota._limits.CountsConnections ? connection => quota.ServeAsync(connection, next) : next;
    }

    /// <summary>Takes a place, to be given back with <see cref="Return"/>.</summary>
    /// <returns>False where there is none: the connection is refused, which is counted.</returns>
    public bool TryTake(EndPoint? peer)
    {
        int max = _limits.MaxConnections;

        if (Interlocked.Increment(ref _count) <= max)
        {
            return true;
        }

        Return();

        if (_hits.Add(ConnectionLimit.Connections))
        {
            ServerLog.ConnectionRefused(_logger, peer?.ToString(), _endpoint.Origin, max);
        }

        return false;
    }

    public void Return() => Interlocked.Decrement(ref _count);

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (!TryTake(connection.RemoteEndPoint))
        {
            return;
        }

        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Return();
        }
    }
}
