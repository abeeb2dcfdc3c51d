namespace Mprpc;

/// <summary>The peer sent bytes that are no MessagePack-RPC message, or exceed a limit; its connection is closed.</summary>
/// <param name="message">What was wrong, what was allowed, and which option allows more.</param>
public sealed class MprpcProtocolException(string message) : Exception(message);
