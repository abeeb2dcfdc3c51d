using Mprpc.Connections;

namespace Mprpc.AspNetCore.Clients;

/// <summary>What an endpoint says of the notifications to its peers.</summary>
/// <param name="CallsBack">Whether peers are called that have not said that they serve methods.</param>
/// <param name="RequiresLogin">Whether only peers are called that have logged in.</param>
/// <param name="SlowPeers">What happens to what a peer does not read.</param>
internal sealed record PushRules(bool CallsBack, bool RequiresLogin, SlowPeerPolicy SlowPeers)
{
    public PushRules(MprpcEndpointOptions endpoint)
        : this(endpoint.CallsBack, endpoint.RequireAuthentication, (SlowPeerPolicy)endpoint.SlowPeers)
    {
    }
}
