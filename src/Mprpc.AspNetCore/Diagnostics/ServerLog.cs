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

    [LoggerMessage(
        105,
        LogLevel.Warning,
        "Calls that have not ended within the time for stopping were abandoned, {Count} in all: {Methods}. Observe the call's CancellationToken, or raise HostOptions.ShutdownTimeout.",
        EventName = "CallsAbandoned")]
    public static partial void CallsAbandoned(ILogger logger, int count, string methods);

    [LoggerMessage(106, LogLevel.Information, "Stopping: not ready any more, and listening on for {Delay}, so that load balancers see it.", EventName = "DrainDelay")]
    public static partial void DrainDelay(ILogger logger, TimeSpan delay);

    [LoggerMessage(
        104,
        LogLevel.Information,
        "Not listening for MessagePack-RPC: the server is a TestServer, or Mprpc:Listen is false. Tests connect in memory; Mprpc:Listen true opens the listeners all the same.",
        EventName = "NotListening")]
    public static partial void NotListening(ILogger logger);
}
