namespace Mprpc.AspNetCore.Connections;

/// <summary>Among a connection's features: nobody on the way can read its bytes, though no address and no feature of TLS tells.</summary>
internal sealed class KnownProtected
{
    public static KnownProtected Instance { get; } = new();
}
