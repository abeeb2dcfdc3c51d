using Microsoft.Extensions.Logging;

namespace Mprpc.Client.Diagnostics;

/// <summary>What the client logs besides its connections and calls. Ids 200 to 299; they never change their meaning.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(200, LogLevel.Debug, "Connected to {Address} as connection {ConnectionId}.", EventName = "Connected")]
    public static partial void Connected(ILogger logger, string address, string connectionId);

    [LoggerMessage(
        201, LogLevel.Information, "Connecting to {Address} failed {Failures} times in a row; the next attempt is made after {Delay}.",
        EventName = "ConnectFailed")]
    public static partial void ConnectFailed(ILogger logger, string address, int failures, TimeSpan delay, Exception exception);

    [LoggerMessage(
        202, LogLevel.Debug, "Connection {ConnectionId} has served its lifetime, or all its calls; it is closed after its last answer.",
        EventName = "ConnectionRetired")]
    public static partial void ConnectionRetired(ILogger logger, string connectionId);

    [LoggerMessage(205, LogLevel.Warning, "Connection {ConnectionId} could not renew its login before the token expires.", EventName = "LoginNotRenewed")]
    public static partial void LoginNotRenewed(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(204, LogLevel.Warning, "A notification of '{Method}' was not sent.", EventName = "NotificationNotSent")]
    public static partial void NotificationNotSent(ILogger logger, string method, Exception exception);

    [LoggerMessage(206, LogLevel.Error, "A callback that MprpcClientOptions.TokenProvider registered with its token threw.", EventName = "TokenProviderThrew")]
    public static partial void TokenProviderThrew(ILogger logger, Exception exception);

    [LoggerMessage(
        207, LogLevel.Warning, "{Count} notifications to {Address} were dropped, because too many bytes of them waited.",
        EventName = "NotificationsDropped")]
    public static partial void NotificationsDropped(ILogger logger, int count, string address);

    [LoggerMessage(
        208, LogLevel.Information, "{Address} does not know the extensions of the protocol, and is called without them: {Reason}", EventName = "ServerIsPlain")]
    public static partial void ServerIsPlain(ILogger logger, string address, string reason);

    [LoggerMessage(
        209, LogLevel.Warning,
        "{Address} has not answered '$/hello' within {Timeout}; this connection is used without the extensions of the protocol. "
        + "Set MprpcClientOptions.Extensions to Never for a server that does not know them.",
        EventName = "HelloUnanswered")]
    public static partial void HelloUnanswered(ILogger logger, string address, TimeSpan timeout);

    [LoggerMessage(
        210, LogLevel.Debug, "The server of connection {ConnectionId} asks for further calls to be made elsewhere; it serves those that come within {Grace}.",
        EventName = "ServerGoesAway")]
    public static partial void ServerGoesAway(ILogger logger, string connectionId, TimeSpan grace);

    [LoggerMessage(211, LogLevel.Error, "A handler of MprpcClient.Reconnected threw.", EventName = "ReconnectedHandlerThrew")]
    public static partial void ReconnectedHandlerThrew(ILogger logger, Exception exception);

    [LoggerMessage(212, LogLevel.Warning, "{Problem} The application starts without it; calls connect.", EventName = "NotConnectedAtStart")]
    public static partial void NotConnectedAtStart(ILogger logger, string problem, Exception exception);

    [LoggerMessage(
        213, LogLevel.Warning, "The servers of {Source} could not be found; the client goes on with the {Count} that it knows.", EventName = "ServersNotFound")]
    public static partial void ServersNotFound(ILogger logger, string source, int count, Exception exception);

    [LoggerMessage(203, LogLevel.Error, "A handler of MprpcClient.StateChanged threw.", EventName = "StateHandlerThrew")]
    public static partial void StateHandlerThrew(ILogger logger, Exception exception);
}
