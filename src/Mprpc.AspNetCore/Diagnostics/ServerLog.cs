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
        "Now listening for MessagePack-RPC on: {Address} (this machine only; map a URL such as tcp://0.0.0.0:6000 instead of a port to serve others)",
        EventName = "ListeningOnLoopback")]
    public static partial void ListeningOnLoopback(ILogger logger, string address);

    [LoggerMessage(102, LogLevel.Information, "The limits of {Endpoint} have changed; new connections get the new ones.", EventName = "LimitsChanged")]
    public static partial void LimitsChanged(ILogger logger, string endpoint);

    [LoggerMessage(103, LogLevel.Warning, "The configuration has changed, but the limits stay as they were: {Reason}", EventName = "LimitsNotChanged")]
    public static partial void LimitsNotChanged(ILogger logger, string reason, Exception? exception);

    [LoggerMessage(116, LogLevel.Information, "The limits of the whole server have changed: {Limits}.", EventName = "TotalLimitsChanged")]
    public static partial void TotalLimitsChanged(ILogger logger, string limits);

    // No token, and nothing that a scheme says of one, stands in any of these.
    [LoggerMessage(150, LogLevel.Debug, "Connection {ConnectionId} logged in by the authentication scheme {Scheme}.", EventName = "LoggedIn")]
    public static partial void LoggedIn(ILogger logger, string connectionId, string scheme);

    [LoggerMessage(
        151,
        LogLevel.Information,
        "The authentication scheme {Scheme} refused what connection {ConnectionId} brought ({Failure}).",
        EventName = "LoginRefused")]
    public static partial void LoginRefused(ILogger logger, string connectionId, string scheme, string failure);

    [LoggerMessage(
        152,
        LogLevel.Information,
        "Connection {ConnectionId} asked for an authentication scheme that is not offered: "
        + "neither the application's default scheme nor one of MprpcServerOptions.Authentication.Schemes.",
        EventName = "SchemeNotOffered")]
    public static partial void SchemeNotOffered(ILogger logger, string connectionId);

    [LoggerMessage(
        153,
        LogLevel.Error,
        "The authentication scheme {Scheme} threw a {Exception} for connection {ConnectionId}; what it says may quote the credential.",
        EventName = "SchemeThrew")]
    public static partial void SchemeThrew(ILogger logger, string connectionId, string scheme, string exception);

    [LoggerMessage(
        154,
        LogLevel.Warning,
        "The authentication scheme {Scheme} took longer than {Seconds} s for connection {ConnectionId}, which continues without it.",
        EventName = "SchemeTooSlow")]
    public static partial void SchemeTooSlow(ILogger logger, string connectionId, string scheme, double seconds);

    [LoggerMessage(155, LogLevel.Information, "Connection {ConnectionId} is closed: {Count} of its logins have failed.", EventName = "TooManyLogins")]
    public static partial void TooManyLogins(ILogger logger, string connectionId, int count);

    [LoggerMessage(
        156,
        LogLevel.Error,
        "The authorization of '{Method}' threw for connection {ConnectionId}; the call was refused.",
        EventName = "AuthorizationThrew")]
    public static partial void AuthorizationThrew(ILogger logger, string connectionId, string method, Exception exception);

    [LoggerMessage(
        157,
        LogLevel.Error,
        "Connection {ConnectionId} is refused: {Option} is true, and the connection is neither encrypted nor local, so that the credentials of calls could be "
        + "read on the way. Put TLS on the listener, or let it listen on loopback or a Unix socket; else leave the option false.",
        EventName = "TransportUnprotected")]
    public static partial void TransportUnprotected(ILogger logger, string connectionId, string option);

    [LoggerMessage(
        158,
        LogLevel.Warning,
        "The authentication scheme {Scheme} knows the caller of connection {ConnectionId} without a call's credential, so that it was not asked about that. "
        + "Add a scheme that looks at tokens to MprpcServerOptions.Authentication.Schemes, or make it the default.",
        EventName = "CredentialIgnored")]
    public static partial void CredentialIgnored(ILogger logger, string connectionId, string scheme);

    [LoggerMessage(
        105,
        LogLevel.Warning,
        "Calls that have not ended within the time for stopping were abandoned, {Count} in all: {Methods}. "
        + "Observe the call's CancellationToken, or raise HostOptions.ShutdownTimeout.",
        EventName = "CallsAbandoned")]
    public static partial void CallsAbandoned(ILogger logger, int count, string methods);

    [LoggerMessage(
        104,
        LogLevel.Information,
        "Stopping: the health check is unhealthy; listening continues for {Delay} so that load balancers notice.",
        EventName = "DrainDelay")]
    public static partial void DrainDelay(ILogger logger, TimeSpan delay);

    [LoggerMessage(
        107,
        LogLevel.Warning,
        "Settings that are read only at the start have changed; the old values apply until then: {Keys}.",
        EventName = "SettingsNotReloaded")]
    public static partial void SettingsNotReloaded(ILogger logger, string keys);

    [LoggerMessage(
        108,
        LogLevel.Warning,
        "The section {Section} is no longer in the configuration. Until the next start the server listens as before, with the limits that it had.",
        EventName = "SectionGone")]
    public static partial void SectionGone(ILogger logger, string section);

    [LoggerMessage(
        109,
        LogLevel.Warning,
        "The file {File} of the configuration cannot be read; until it can, all limits stay as they were: {Reason}",
        EventName = "FileNotRead")]
    public static partial void FileNotRead(ILogger logger, string? file, string reason);

    [LoggerMessage(
        110,
        LogLevel.Warning,
        "A connection of {Peer} to {Endpoint} was refused: {Count} are open there, and no more are allowed. "
        + "Raise Mprpc:Limits:MaxConnections (MprpcServerOptions.Limits.MaxConnections), "
        + "with what the process may open (ulimit -n).",
        EventName = "ConnectionRefused")]
    public static partial void ConnectionRefused(ILogger logger, string? peer, string endpoint, int count);

    [LoggerMessage(
        117,
        LogLevel.Warning,
        "A connection of {Peer} to {Endpoint} was closed: {Reason}. {LeftOut} such lines before this one were left out.",
        EventName = "NotProxied")]
    public static partial void NotProxied(ILogger logger, string? peer, string endpoint, string reason, long leftOut);

    [LoggerMessage(111, LogLevel.Warning, "{Signal} came again while the application stops: {What}.", EventName = "SignalledAgain")]
    public static partial void SignalledAgain(ILogger logger, string signal, string what);

    [LoggerMessage(
        112,
        LogLevel.Error,
        "The connection observer {Observer} threw for connection {ConnectionId}, which goes on as it was.",
        EventName = "ObserverThrew")]
    public static partial void ObserverThrew(ILogger logger, string observer, string connectionId, Exception exception);

    [LoggerMessage(
        113,
        LogLevel.Error,
        "The user id provider threw for connection {ConnectionId}, which is nobody's.",
        EventName = "UserIdProviderThrew")]
    public static partial void UserIdProviderThrew(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(
        114,
        LogLevel.Error,
        "The backplane failed; the clients of other servers may have missed something. Those of this server are told as before.",
        EventName = "BackplaneFailed")]
    public static partial void BackplaneFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        115,
        LogLevel.Warning,
        "Nothing was heard of the server {Server} for too long: what its clients were asked ends without their answers.",
        EventName = "ServerLost")]
    public static partial void ServerLost(ILogger logger, string server);

    [LoggerMessage(
        106,
        LogLevel.Information,
        "Not listening for MessagePack-RPC: the server is a TestServer, or Mprpc:Listen is false. Tests connect in memory; "
        + "Mprpc:Listen true opens the listeners anyway.",
        EventName = "NotListening")]
    public static partial void NotListening(ILogger logger);
}
