using Mprpc.Transports;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>An endpoint that can be connected to without its listener.</summary>
/// <param name="name">What the configuration calls it, or what it stands behind where it has no address of its own; else null.</param>
/// <param name="address">Where it was mapped, or null where it has no listener of the server's own.</param>
/// <param name="options">What it serves, and how it speaks.</param>
internal sealed class ServedEndpoint(string? name, RpcAddress? address, MprpcEndpointOptions options)
{
    public RpcAddress? Address { get; } = address;

    public MprpcEndpointOptions Options { get; } = options;

    /// <summary>How its peers are spoken to, where that is not what its options say; null: it is.</summary>
    public EndpointDialect? Dialect { get; init; }

    /// <summary>What it is called besides its address, or null.</summary>
    public string? Name { get; } = name;

    public override string ToString() => Address is null ? Name! : Name is null ? Address.ToString() : $"{Name} at {Address}";
}
