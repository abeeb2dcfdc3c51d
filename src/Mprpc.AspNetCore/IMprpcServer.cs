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
}
