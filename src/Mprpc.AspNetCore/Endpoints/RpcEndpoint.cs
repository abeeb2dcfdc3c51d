using Mprpc.Transports;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>A listener of the server's own: an address, and what it serves.</summary>
internal sealed class RpcEndpoint(RpcAddress address, bool isPortOnly, MprpcEndpointOptions options)
{
    public RpcAddress Address { get; } = address;

    /// <summary>Whether it was mapped by its port alone, so that it listens on loopback.</summary>
    public bool IsPortOnly { get; } = isPortOnly;

    public MprpcEndpointOptions Options { get; } = options;

    public bool IsTls => Address.IsTls || Options.Tls is not null;

    /// <summary>Whether it can be the listener of another address too: each port 0 is a port of its own.</summary>
    public bool IsAt(RpcAddress other)
        => (other.Host is null || other.Port != 0)
            && (Address.Path is { } path && other.Path is { } otherPath
                ? Collapse(path) == Collapse(otherPath)
                : LocalEndPoint.Of(Address).Equals(LocalEndPoint.Of(other)));

    /// <summary>Without what means nothing in a path. A ".." stays: what it leads to is the file system's to say.</summary>
    private static string Collapse(string path) => string.Join('/', path.Split('/').Where(static part => part is not ("" or ".")));

    public override string ToString() => (Address with { IsTls = IsTls }).ToString();
}
