namespace Mprpc.Transports;

/// <summary>What the protocol is called in a handshake that agrees on one (docs/protocol.md 10.12): of TLS (ALPN) and of WebSockets (subprotocol).</summary>
internal static class ProtocolName
{
    public const string Plain = "mprpc";

    /// <summary>With the extensions of version 1: a server that chooses it knows <c>$/hello</c>.</summary>
    public const string Extended = "mprpc.1";

    /// <summary>The names that an end knows, the one first that it prefers.</summary>
    /// <param name="withExtensions">Whether it knows the extensions, and may use them.</param>
    public static string[] Known(bool withExtensions) => withExtensions ? [Extended, Plain] : [Plain];
}
