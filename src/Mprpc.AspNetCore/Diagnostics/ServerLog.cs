using Microsoft.Extensions.Logging;

namespace Mprpc.AspNetCore.Diagnostics;

/// <summary>What the server logs besides its connections and calls. Ids 100 to 199; they never change their meaning.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(100, LogLevel.Information, "Now listening for MessagePack-RPC on: {Address}", EventName = "Listening")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(
        101,
        LogLevel.Information,
        "Now listening for MessagePack-RPC on: {Address} (this machine only; map a url such as tcp://0.0.0.0:6000 in place of a port to serve others)",
        EventName = "ListeningOnLoopback")]
    public static partial void ListeningOnLoopback(ILogger logger, string address);

    [LoggerMessage(102, LogLevel.Information, "The limits of {Endpoint} have changed; new connections get the new ones.", EventName = "LimitsChanged")]
    public static partial void LimitsChanged(ILogger logger, string endpoint);

    [LoggerMessage(103, LogLevel.Warning, "The configuration has changed, but the limits stay as they were: {Reason}", EventName = "LimitsNotChanged")]
    public static partial void LimitsNotChanged(ILogger logger, string reason, Exception exception);
}
