using System.Net;

namespace Mprpc.AspNetCore;

/// <summary>The running server; get it from the application's services.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public interface IMprpcServer
{
    /// <summary>
    /// Where the server listens: for port 0 the port that the system has chosen. Filled when the application has started; without the listeners that the
    /// application gave <c>UseMessagePackRpc()</c>, which Kestrel reports itself.
    /// </summary>
    IReadOnlyList<EndPoint> Endpoints { get; }

    /// <summary>
    /// The connections that are open at this moment, of all listeners. A copy, made at each reading; <see cref="MprpcConnection.Abort"/> closes one.
    /// </summary>
    IReadOnlyList<MprpcConnection> Connections { get; }

    /// <summary>How many connections are open.</summary>
    int ConnectionCount { get; }

    /// <summary>How many calls run whose methods have not ended; those that end without waiting are not seen here.</summary>
    int RunningCallCount { get; }

    /// <summary>Closes all connections at once; what is not sent is lost. New ones are accepted as before.</summary>
    void AbortConnections();

    /// <summary>
    /// Serves a connection over a transport of the application's own, as the connections of a listener are served: with the endpoint's services and limits,
    /// authentication and authorization, metrics and logs, until the peer or the server ends it.
    /// </summary>
    /// <param name="transport">What carries the connection. Belongs to the server from here on, which disposes it, also if this throws.</param>
    /// <param name="endpoint">
    /// Whose services and options: an endpoint's port (<c>"6000"</c>), its address (<c>"tcp://127.0.0.1:6000"</c>), its name in the configuration, or
    /// <c>"AddService"</c> for the services of <c>AddMprpc().AddService()</c>. Null: the only one that the application has.
    /// </param>
    /// <param name="cancellationToken">
    /// Ends the connection in good order, as the stop of the application does: no further call is read, and those that run are answered. This does not throw
    /// then. To end it at once, call <see cref="MprpcConnection.Abort"/> of the one in <see cref="Connections"/>.
    /// </param>
    /// <returns>Completes when the connection has ended, in whichever way, and the transport is disposed.</returns>
    /// <exception cref="InvalidOperationException">The transport carries a connection already, the application has not started, there is no such endpoint or it
    /// is not clear which is meant, or a service cannot be served.</exception>
    /// <exception cref="MprpcConnectionException">
    /// The application has stopped, or the endpoint has its limit of connections (<see cref="MprpcServerLimits.MaxConnections"/>).
    /// </exception>
    Task ServeAsync(MprpcTransport transport, string? endpoint = null, CancellationToken cancellationToken = default);
}
