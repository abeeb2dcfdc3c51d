namespace Mprpc.AspNetCore;

/// <summary>
/// What happens to notifications of <see cref="IMprpcClients"/> at a connection whose peer does not keep up: where more than
/// <see cref="MprpcServerLimits.MaxPendingPushBytes"/> wait to be sent.
/// </summary>
public enum MprpcSlowPeerPolicy
{
    /// <summary>The connection is closed: a client that comes back can ask for what it has missed.</summary>
    Close,

    /// <summary>What comes is dropped until the peer has read: for news that nobody misses.</summary>
    DropNewest,

    /// <summary>Of each method only the last notification waits: for values of which the newest counts.</summary>
    Latest,
}
