using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Security;
using Mprpc.Connections;
using Mprpc.Transports;

namespace Mprpc.AspNetCore.Explorer.Calls;

/// <summary>The endpoints whose methods the page calls, each by connections in memory. Safe for concurrent use.</summary>
internal sealed class ServedMethods(IServiceProvider services)
{
    private readonly Lock _gate = new();
    private readonly ExternalConnections _connections = services.GetRequiredService<ExternalConnections>();
    private readonly ConnectionQuotas _quotas = services.GetRequiredService<ConnectionQuotas>();
    private readonly IMprpcServer _server = services.GetRequiredService<IMprpcServer>();
    private readonly Dictionary<ServedEndpoint, EndpointLimits> _limits = [];
    private ServedEndpoint[]? _endpoints;

    /// <summary>The application's endpoints: there is no request before it has started.</summary>
    public IReadOnlyList<ServedEndpoint> Endpoints => LazyInitializer.EnsureInitialized(ref _endpoints, Find);

    /// <summary>Connects to an endpoint as the user of a request.</summary>
    /// <exception cref="MprpcConnectionException">The endpoint takes no more connections.</exception>
    public async Task<PageConnection> ConnectAsync(HttpContext context, ServedEndpoint endpoint)
    {
        RequestUser user = await RequestUser.OfAsync(context).ConfigureAwait(false);
        ConnectionQuota quota = _quotas.Of(endpoint.Options);
        var server = new ServerEnd(context, user);

        if (!quota.TryTake(server.RemoteEndPoint))
        {
            throw new MprpcConnectionException(
                $"{endpoint} has its limit of open connections, of which each call of this page takes one. "
                + "Raise MprpcServerOptions.Limits.MaxConnections, or retry later.");
        }

        Task serving;

        try
        {
            // It may go on when the request has ended, and is then the server's to end.
            serving = _connections.ServeAsync(endpoint, server, CancellationToken.None);
        }
        catch
        {
            quota.Return();
            throw;
        }

        _ = ReturnAsync(quota, serving);
        return await PageConnection.OpenAsync(server, LimitsOf(endpoint), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Where clients of this machine find an endpoint; null: it has no address of its own.</summary>
    public string? FindUrl(int index)
    {
        RpcAddress? address = Endpoints[index].Address;

        // The mapped ones come first, in the order in which they listen.
        return address is { Host: not null, Port: 0 } && index < _server.Endpoints.Count && _server.Endpoints[index] is IPEndPoint bound
            ? $"{(address.IsTls ? "tls" : "tcp")}://{bound}"
            : address?.ToString();
    }

    private static async Task ReturnAsync(ConnectionQuota quota, Task serving)
    {
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        quota.Return();
    }

    private ServedEndpoint[] Find()
    {
        // A WebSocket serves what AddService has named, too: that need not be seen twice.
        bool isShown = _connections.Endpoints.Any(endpoint => endpoint.Options.Services.Count == 0 && endpoint.Name != "AddService");
        return
        [
            .. _connections.Endpoints
                .Where(endpoint => !isShown || endpoint.Name != "AddService")
                .Select(endpoint => new ServedEndpoint(endpoint.Name, endpoint.Address, endpoint.Options) { Dialect = EndpointDialect.Full }),
        ];
    }

    /// <summary>What the endpoint sends is read, and what it reads is sent.</summary>
    private ConnectionLimits LimitsOf(ServedEndpoint endpoint)
    {
        lock (_gate)
        {
            if (!_limits.TryGetValue(endpoint, out EndpointLimits? limits))
            {
                _limits[endpoint] = limits = services.GetRequiredService<ServerLimits>().For(endpoint.Options);
            }

            ConnectionLimits current = limits.Current;
            return new ConnectionLimits(current.MaxSendMessageSize, current.MaxSendDepth, ConnectionLimits.DefaultMaxRunningCalls, current.OptionsName)
            {
                MaxSendMessageSize = int.MaxValue,      // with its hello the server says what it takes
                MaxSendDepth = current.MaxDepth,
                PartialMessageTimeout = TimeSpan.MaxValue,
                WriteTimeout = TimeSpan.MaxValue,
            };
        }
    }
}
