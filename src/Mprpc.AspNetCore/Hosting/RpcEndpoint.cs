using Mprpc.Addresses;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>A listener of the server's own: an address, and what it serves.</summary>
internal sealed class RpcEndpoint(RpcAddress address, bool isPortOnly)
{
    public RpcAddress Address { get; } = address;

    /// <summary>Whether it was mapped by its port alone, so that it listens on loopback.</summary>
    public bool IsPortOnly { get; } = isPortOnly;

    public MprpcEndpointOptions Options { get; } = new();
}
