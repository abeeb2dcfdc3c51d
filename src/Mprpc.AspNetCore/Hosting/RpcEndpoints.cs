using Mprpc.Addresses;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>The endpoints that <c>MapMprpcService</c> has collected.</summary>
internal sealed class RpcEndpoints
{
    private readonly List<RpcEndpoint> _endpoints = [];
    private bool _isStarted;

    /// <summary>Hands the endpoints to the listener; from here on none can be added.</summary>
    public IReadOnlyList<RpcEndpoint> Start()
    {
        _isStarted = true;
        return _endpoints;
    }

    /// <summary>The endpoint of an address, however it is written; several services may share one, but each port 0 is a port of its own.</summary>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    public RpcEndpoint GetOrAdd(RpcAddress address, bool isPortOnly)
    {
        if (_isStarted)
        {
            throw new InvalidOperationException($"'{address}' was mapped after the application had started. Call MapMprpcService before app.Run() or app.StartAsync().");
        }

        bool isShared = address.Host is null || address.Port != 0;
        RpcEndpoint? endpoint = isShared ? _endpoints.Find(known => LocalEndPoint.Of(known.Address).Equals(LocalEndPoint.Of(address))) : null;

        if (endpoint is null)
        {
            endpoint = new RpcEndpoint(address, isPortOnly);
            _endpoints.Add(endpoint);
        }

        return endpoint;
    }
}
