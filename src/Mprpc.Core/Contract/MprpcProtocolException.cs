namespace Mprpc;

/// <summary>The peer sent bytes that are no MessagePack-RPC message, or exceed a limit; its connection is closed.</summary>
/// <remarks>
/// No call throws it: it is the <see cref="Exception.InnerException"/> of the <see cref="MprpcConnectionException"/> that all calls on the connection get.
/// </remarks>
/// <param name="message">What was wrong, what was allowed, and which option allows more.</param>
public sealed class MprpcProtocolException(string message) : Exception(message);
