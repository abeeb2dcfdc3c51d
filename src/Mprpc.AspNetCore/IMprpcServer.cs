using System.Net;

namespace Mprpc.AspNetCore;

/// <summary>The running server; get it from the application's services.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public interface IMprpcServer
{
    /// <summary>
    /// Where the server listens: for port 0 the port that the system has chosen. Filled when the application has started; without the listeners that the application gave
    /// <c>UseMessagePackRpc()</c>, which Kestrel reports itself.
    /// </summary>
    IReadOnlyList<EndPoint> Endpoints { get; }
}
