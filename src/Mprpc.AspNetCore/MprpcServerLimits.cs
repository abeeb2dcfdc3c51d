using Mprpc.Connections;

namespace Mprpc.AspNetCore;

/// <summary>What a connection may demand of the server. All limits are on by default; set them in code, or in configuration under <c>Mprpc:Limits</c>.</summary>
public sealed class MprpcServerLimits
{
    /// <summary>Largest message accepted, in bytes. Default 4,194,304 (4 MiB, gRPC's receive limit). A larger one closes its connection, before it is buffered.</summary>
    /// <remarks>Must be positive; checked at start-up.</remarks>
    public int MaxMessageSize { get; set; } = ConnectionLimits.DefaultMaxMessageSize;

    /// <summary>How deep arrays and maps may nest, the message itself counted. Default 64. A deeper message closes its connection.</summary>
    /// <remarks>From 2 (the message and its params) to 1,024; checked at start-up.</remarks>
    public int MaxDepth { get; set; } = ConnectionLimits.DefaultMaxDepth;

    /// <summary>
    /// How many calls of one connection may run at once. Default 100 (HTTP/2's stream limit). Further requests wait unread: back-pressure, not an error. A call keeps its place until its
    /// method has really ended.
    /// </summary>
    /// <remarks>Must be positive; checked at start-up.</remarks>
    public int MaxCallsInFlightPerConnection { get; set; } = ConnectionLimits.DefaultMaxRunningCalls;

    internal ConnectionLimits ToConnectionLimits() => new(MaxMessageSize, MaxDepth, MaxCallsInFlightPerConnection, "MprpcServerOptions.Limits");
}
