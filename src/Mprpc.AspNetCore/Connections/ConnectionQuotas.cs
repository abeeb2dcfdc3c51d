using System.Collections.Concurrent;

namespace Mprpc.AspNetCore.Connections;

/// <summary>The quota of each endpoint: one, whichever ways its connections come. Safe for concurrent use.</summary>
internal sealed class ConnectionQuotas(IServiceProvider services)
{
    private readonly ConcurrentDictionary<MprpcEndpointOptions, ConnectionQuota> _quotas = new();

    public ConnectionQuota Of(MprpcEndpointOptions endpoint)
        => _quotas.GetOrAdd(endpoint, static (key, services) => new ConnectionQuota(services, key), services);
}
