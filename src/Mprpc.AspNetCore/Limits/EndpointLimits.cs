using Mprpc.Connections;

namespace Mprpc.AspNetCore.Limits;

/// <summary>What the next connection of an endpoint may demand.</summary>
internal sealed class EndpointLimits(MprpcEndpointOptions endpoint, MprpcServerLimits limits)
{
    private volatile ConnectionLimits _current = limits.ToConnectionLimits();

    public MprpcEndpointOptions Endpoint { get; } = endpoint;

    public ConnectionLimits Current => _current;

    /// <summary>How long a TLS handshake may take; as it was at the start.</summary>
    public TimeSpan TlsHandshakeTimeout { get; } = limits.TlsHandshakeTimeout;

    /// <summary>Sets the limits of connections to come.</summary>
    /// <returns>Whether they are others than before.</returns>
    public bool Set(MprpcServerLimits limits)
    {
        ConnectionLimits before = _current;
        _current = limits.ToConnectionLimits();
        return _current != before;
    }
}
