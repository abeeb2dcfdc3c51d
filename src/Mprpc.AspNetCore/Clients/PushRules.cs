using Mprpc.Connections;

namespace Mprpc.AspNetCore.Clients;

/// <summary>What an endpoint says of the notifications to its peers.</summary>
/// <param name="CallsBack">Whether peers are called that have not said that they serve methods.</param>
/// <param name="RequiresLogin">Whether only peers are called that have logged in.</param>
/// <param name="SlowPeers">What happens to what a peer does not read.</param>
internal sealed record PushRules(bool CallsBack, bool RequiresLogin, SlowPeerPolicy SlowPeers)
{
    /// <exception cref="InvalidOperationException">The endpoint's policy is none.</exception>
    public PushRules(MprpcEndpointOptions endpoint)
        : this(endpoint.CallsBack, endpoint.RequireAuthentication, PolicyOf(endpoint))
    {
    }

    private static SlowPeerPolicy PolicyOf(MprpcEndpointOptions endpoint) => endpoint.SlowPeers switch
    {
        MprpcSlowPeerPolicy.Close => SlowPeerPolicy.Close,
        MprpcSlowPeerPolicy.DropNewest => SlowPeerPolicy.DropNewest,
        MprpcSlowPeerPolicy.Latest => SlowPeerPolicy.Latest,
        _ => throw new InvalidOperationException(
            $"{endpoint.Origin} has SlowPeers (MprpcEndpointOptions.SlowPeers) set to {endpoint.SlowPeers}; "
            + $"allowed are {string.Join(", ", Enum.GetNames<MprpcSlowPeerPolicy>())}."),
    };
}
