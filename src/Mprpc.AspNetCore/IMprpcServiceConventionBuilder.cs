namespace Mprpc.AspNetCore;

/// <summary>Sets how one mapped service is published; to be used before the application starts.</summary>
public interface IMprpcServiceConventionBuilder
{
    /// <summary>
    /// Puts a prefix before each method's wire name: <c>WithPrefix("calc")</c> makes sum <c>calc.sum</c>. Overrides the prefix of the service's attribute.
    /// </summary>
    /// <param name="prefix">The prefix, without the dot.</param>
    /// <returns>This builder.</returns>
    IMprpcServiceConventionBuilder WithPrefix(string prefix);

    /// <summary>
    /// Adds what is known of the service's methods, as an attribute on the class would: filters, [Authorize], [EnableRateLimiting] and the like.
    /// </summary>
    /// <param name="metadata">The objects; they stand after the attributes of the class and before those of its methods.</param>
    /// <returns>This builder.</returns>
    IMprpcServiceConventionBuilder WithMetadata(params object[] metadata);

    /// <summary>Sets how the listener speaks that the service is mapped to; all its services speak so.</summary>
    /// <param name="configure">Sets the options, such as <c>options => options.UsePeer(MprpcPeer.MsgpackRpcJava)</c>.</param>
    /// <returns>This builder.</returns>
    IMprpcServiceConventionBuilder WithEndpoint(Action<MprpcEndpointOptions> configure);
}
