using System.Security.Claims;
using Mprpc.AspNetCore.Security;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Clients;

/// <summary>A connection, as one that may be called.</summary>
internal sealed class ClientConnection(RpcConnection connection, ConnectionSession session, PushRules rules)
{
    public RpcConnection Connection => connection;

    public PushRules Rules => rules;

    /// <summary>Whom it is kept among; set once.</summary>
    public ClientShard Shard { get; set; } = null!;

    /// <summary>The groups that it is in; null: none. Under the shard's lock.</summary>
    public HashSet<string>? Groups { get; set; }

    /// <summary>Whose it is; null: nobody's. Under the shard's lock.</summary>
    public string? UserId { get; set; }

    /// <summary>Who had that identifier. Under the shard's lock.</summary>
    public ClaimsPrincipal? User { get; set; }

    /// <summary>Whether it has left the shard. Under the shard's lock.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Who the peer is at this moment; null: it is anonymous.</summary>
    public ClaimsPrincipal? Principal => session.Principal;

    /// <summary>Whether the peer serves methods, and may know what is told to all.</summary>
    public bool CanBeCalled
        => (rules.CallsBack || connection.Peer is { Calls: > 0 }) && (!rules.RequiresLogin || session.Caller.IsAuthenticated);
}
