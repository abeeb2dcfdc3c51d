using System.Diagnostics.CodeAnalysis;
using Mprpc.AspNetCore.Model;

namespace Mprpc.AspNetCore;

/// <summary>What one listener serves, and how it speaks.</summary>
public sealed class MprpcEndpointOptions
{
    internal List<ServiceRegistration> Services { get; } = [];

    /// <summary>What the error of a response looks like, for peers that read only one shape. Default <see cref="MprpcErrorShape.Message"/>.</summary>
    public MprpcErrorShape ErrorShape { get; set; }

    /// <summary>Whether to write text and bytes as before MessagePack had str8, bin and ext, for peers that know only those. Default false.</summary>
    public bool OldSpec { get; set; }

    /// <summary>In which order the requests of a connection are answered. Default <see cref="MprpcResponseOrder.AsCompleted"/>.</summary>
    public MprpcResponseOrder ResponseOrder { get; set; }

    /// <summary>The rate limiter policy of each call on this listener, of unknown methods too. Default null: what <see cref="MprpcServerOptions.RateLimitingPolicy"/> says.</summary>
    public string? RateLimitingPolicy { get; set; }

    /// <summary>Sets the options about answers and encoding as this kind of peer wants them.</summary>
    /// <param name="peer">The peers that connect to this listener.</param>
    /// <returns>These options.</returns>
    public MprpcEndpointOptions UsePeer(MprpcPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        OldSpec = peer.OldSpec;
        ErrorShape = peer.ErrorShape;
        ResponseOrder = peer.ResponseOrder;
        return this;
    }

    /// <summary>Serves this service, and with it only the services named here, instead of those of <c>AddMprpc().AddService()</c>.</summary>
    /// <typeparam name="T">The service class.</typeparam>
    /// <param name="prefix">Put before each method's wire name with a dot; null: what the service's attribute says.</param>
    /// <returns>These options.</returns>
    public MprpcEndpointOptions AddService<
        [DynamicallyAccessedMembers(ServiceRegistration.NeededMembers)] T>(string? prefix = null)
        where T : class
    {
        Services.Add(new ServiceRegistration<T> { Prefix = prefix });
        return this;
    }
}
