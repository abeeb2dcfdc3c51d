using Microsoft.Extensions.Logging;
using Mprpc.Connections;

namespace Mprpc.Diagnostics;

/// <summary>What connections and calls log. Ids 1 to 99; they never change their meaning.</summary>
internal static partial class ProtocolLog
{
    [LoggerMessage(1, LogLevel.Debug, "Connection {ConnectionId} started.", EventName = "ConnectionStarted")]
    public static partial void ConnectionStarted(ILogger logger, string connectionId);

    [LoggerMessage(2, LogLevel.Debug, "Connection {ConnectionId} ended.", EventName = "ConnectionEnded")]
    public static partial void ConnectionEnded(ILogger logger, string connectionId);

    [LoggerMessage(
        3,
        LogLevel.Information,
        "Connection {ConnectionId} was closed because its peer broke the protocol: {Reason}",
        EventName = "ProtocolViolation")]
    public static partial void ProtocolViolation(ILogger logger, string connectionId, string reason);

    [LoggerMessage(4, LogLevel.Debug, "Connection {ConnectionId} was lost: {Reason}", EventName = "ConnectionLost")]
    public static partial void ConnectionLost(ILogger logger, string connectionId, string reason);

    [LoggerMessage(
        5,
        LogLevel.Information,
        "Connection {ConnectionId} has {Running} running calls and has reached a limit ({Limit}): "
        + "further requests wait until one ends. Logged once per connection.",
        EventName = "CallsWait")]
    public static partial void CallsWait(ILogger logger, string connectionId, int running, string limit);

    [LoggerMessage(
        6,
        LogLevel.Information,
        "{LeftOut} lines about connections that reached the limit {Limit} were left out: at most 10 a second are logged.",
        EventName = "LinesLeftOut")]
    public static partial void LinesLeftOut(ILogger logger, long leftOut, ConnectionLimit limit);

    [LoggerMessage(7, LogLevel.Debug, "Connection {ConnectionId} was idle for {Elapsed}; it is closed.", EventName = "ConnectionIdle")]
    public static partial void ConnectionIdle(ILogger logger, string connectionId, TimeSpan elapsed);

    [LoggerMessage(10, LogLevel.Debug, "Connection {ConnectionId} called an unknown method '{Method}'.", EventName = "MethodNotFound")]
    public static partial void MethodNotFound(ILogger logger, string connectionId, string method);

    [LoggerMessage(11, LogLevel.Debug, "Connection {ConnectionId} called '{Method}', which was refused: {Reason}", EventName = "CallRefused")]
    public static partial void CallRefused(ILogger logger, string connectionId, string method, string reason);

    [LoggerMessage(
        12,
        LogLevel.Debug,
        "Connection {ConnectionId} called '{Method}'; its parameter '{Parameter}' could not be read: {Reason}",
        EventName = "ParameterNotRead")]
    public static partial void ParameterNotRead(ILogger logger, string connectionId, string method, string parameter, string reason);

    [LoggerMessage(
        13,
        LogLevel.Error,
        "Method '{Method}', called over connection {ConnectionId}, threw an exception. Unless detailed errors are enabled, the caller received no details.",
        EventName = "MethodThrew")]
    public static partial void MethodThrew(ILogger logger, string connectionId, string method, Exception exception);

    [LoggerMessage(14, LogLevel.Debug, "Method '{Method}', called over connection {ConnectionId}, failed: {Reason}", EventName = "MethodFailed")]
    public static partial void MethodFailed(ILogger logger, string connectionId, string method, string reason);

    [LoggerMessage(
        15,
        LogLevel.Error,
        "Disposing the services of a call of '{Method}' over connection {ConnectionId} failed.",
        EventName = "ScopeDisposalFailed")]
    public static partial void ScopeDisposalFailed(ILogger logger, string connectionId, string method, Exception exception);

    [LoggerMessage(
        16,
        LogLevel.Debug,
        "Method '{Method}', called over connection {ConnectionId}, blocks its thread; for a while its calls run on threads of their own.",
        EventName = "MethodBlocks")]
    public static partial void MethodBlocks(ILogger logger, string connectionId, string method);

    [LoggerMessage(
        17,
        LogLevel.Debug,
        "Code that awaited a call over connection {ConnectionId} blocks its thread; for a while such code runs on threads of its own.",
        EventName = "ContinuationBlocks")]
    public static partial void ContinuationBlocks(ILogger logger, string connectionId);

    [LoggerMessage(
        18,
        LogLevel.Error,
        "{LeftOut} lines about calls of '{Method}' that threw were left out: at most 10 a second are logged.",
        EventName = "FailuresLeftOut")]
    public static partial void FailuresLeftOut(ILogger logger, long leftOut, string method);

    [LoggerMessage(
        EventId = 19,
        Message = "{LeftOut} lines of the event {EventName} were left out: at most 10 a second are logged.",
        EventName = "EventsLeftOut")]
    public static partial void EventsLeftOut(ILogger logger, LogLevel level, long leftOut, string? eventName);

    [LoggerMessage(
        20,
        LogLevel.Debug,
        "Connection {ConnectionId} brought an answer with msgid {MessageId} that no call waits for; it was ignored. Its error: {Error}",
        EventName = "UnexpectedResponse")]
    public static partial void UnexpectedResponse(ILogger logger, string connectionId, long messageId, string error);

    [LoggerMessage(
        21,
        LogLevel.Information,
        "Connection {ConnectionId} brought an answer with msgid {MessageId}, which no call has had; it was ignored. Its error: {Error}",
        EventName = "ForeignResponse")]
    public static partial void ForeignResponse(ILogger logger, string connectionId, string messageId, string error);

    [LoggerMessage(
        22,
        LogLevel.Information,
        "A notification of '{Method}' over connection {ConnectionId} was refused: {Reason}",
        EventName = "NotificationRefused")]
    public static partial void NotificationRefused(ILogger logger, string connectionId, string method, string reason);

    [LoggerMessage(
        23,
        LogLevel.Error,
        "The data of an MprpcException, of type {Type}, could not be written; the error was sent to connection {ConnectionId} without it.",
        EventName = "ErrorDataNotWritten")]
    public static partial void ErrorDataNotWritten(ILogger logger, string connectionId, Type type, Exception exception);

    [LoggerMessage(
        24,
        LogLevel.Error,
        "Code that awaited a call over connection {ConnectionId}, or a callback of the application, threw an unhandled exception.",
        EventName = "CallbackThrew")]
    public static partial void CallbackThrew(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(
        25,
        LogLevel.Warning,
        "The transport of {Connection}, which is the application's, threw when its connection ended.",
        EventName = "TransportThrew")]
    public static partial void TransportThrew(ILogger logger, string connection, Exception exception);

    [LoggerMessage(
        26,
        LogLevel.Debug,
        "Call of '{Method}' over connection {ConnectionId} took {Milliseconds:0.###} ms: {Status}",
        EventName = "CallServed")]
    public static partial void CallServed(ILogger logger, string method, string connectionId, double milliseconds, string status);
}
