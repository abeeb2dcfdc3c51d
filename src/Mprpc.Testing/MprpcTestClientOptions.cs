using System.Security.Claims;
using Microsoft.AspNetCore.Connections;
using Mprpc.Client;

namespace Mprpc.Testing;

/// <summary>How a client of the kit connects to the application under test, and calls it.</summary>
public sealed class MprpcTestClientOptions
{
    /// <summary>The client's own options. Its log and its clock are the application's, unless they are set here; options of dialling have no meaning.</summary>
    public MprpcClientOptions Client { get; } = new();

    /// <summary>
    /// Who the transport says the peer is, as a client certificate would: the <c>IConnectionUserFeature</c> of the connection. Default null: nobody. A client
    /// that logs in by a token needs nothing here.
    /// </summary>
    public ClaimsPrincipal? User { get; set; }

    /// <summary>
    /// Sets what the server sees of each connection before it is served: its features, addresses and items. Default null: a plain connection without addresses.
    /// </summary>
    public Action<ConnectionContext>? ConfigureConnection { get; set; }
}
