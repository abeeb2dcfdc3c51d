using Mprpc.Framing;

namespace Mprpc.Connections;

/// <summary>What a connection accepts from its peer.</summary>
/// <param name="MaxMessageSize">Largest message, in bytes.</param>
/// <param name="MaxDepth">How deep arrays and maps may nest, the message itself counted.</param>
/// <param name="MaxRunningCalls">How many of the peer's calls may run at once; further ones wait unread.</param>
/// <param name="OptionsName">The public type whose options set these, for errors.</param>
internal sealed record ConnectionLimits(int MaxMessageSize, int MaxDepth, int MaxRunningCalls, string OptionsName)
{
    // docs/protocol.md 1.3
    public const int DefaultMaxMessageSize = 4 * 1024 * 1024;
    public const int DefaultMaxDepth = 64;
    public const int DefaultMaxRunningCalls = 100;

    public MprpcProtocolException Violation(FrameStatus status) => new(status switch
    {
        FrameStatus.ReservedByte => "The peer sent the byte 0xc1, which MessagePack never uses. Is it a MessagePack-RPC peer?",
        FrameStatus.TooDeep => $"A message nests deeper than {MaxDepth:N0} arrays and maps. Raise {OptionsName}.MaxDepth, or send flatter values.",
        _ => $"A message exceeds {MaxMessageSize:N0} bytes. Raise {OptionsName}.MaxMessageSize, or send the value in parts.",
    });
}
