namespace Mprpc.Client;

/// <summary>When a client asks its server whether it knows the extensions of the protocol: cancellation, timeouts and metadata of calls, error codes.</summary>
/// <remarks>
/// A server that does not know them is called as before. One that closes the connection at an unknown method is connected to once more; see docs/protocol.md
/// 10.5.
/// </remarks>
public enum MprpcExtensions
{
    /// <summary>
    /// When the application uses something that needs them: metadata, or methods that the server may call; and where the server has said in the handshake of
    /// TLS or a WebSocket that it knows them (<c>mprpc.1</c>). Until then the client sends what any MessagePack-RPC client sends.
    /// </summary>
    WhenUsed,

    /// <summary>On each connection, before its first call.</summary>
    Always,

    /// <summary>
    /// Never, and over TLS and WebSockets the client offers only the name <c>mprpc</c>. What the server sends of them is unknown to the client, if it may call:
    /// every byte is that of a client from before the extensions, except under the preset <see cref="MprpcPeer.ArduinoRouter"/>.
    /// </summary>
    Never,
}
