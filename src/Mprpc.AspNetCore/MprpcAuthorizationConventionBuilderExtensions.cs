using Microsoft.AspNetCore.Authorization;
using Mprpc;
using Mprpc.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Says who may call the methods of a mapped service, in the words of HTTP endpoints.</summary>
/// <remarks>
/// It is asked for each call, of the application's own policies; a method's or a class's [Authorize] says the same. The resource that a policy's handlers get
/// is the <see cref="Mprpc.MprpcCallContext"/>. Where the application has no AddAuthorization(), the start fails.
/// </remarks>
public static class MprpcAuthorizationConventionBuilderExtensions
{
    /// <summary>Requires the application's default policy: by default, a user who has logged in.</summary>
    /// <param name="builder">The service's conventions.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServiceConventionBuilder RequireAuthorization(this IMprpcServiceConventionBuilder builder)
        => builder.RequireAuthorization(new AuthorizeAttribute());

    /// <summary>Requires policies of the application, each of them.</summary>
    /// <param name="builder">The service's conventions.</param>
    /// <param name="policyNames">Their names in AddAuthorization; none: the default policy.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServiceConventionBuilder RequireAuthorization(this IMprpcServiceConventionBuilder builder, params string[] policyNames)
    {
        ArgumentNullException.ThrowIfNull(policyNames);
        return policyNames.Length == 0
            ? builder.RequireAuthorization()
            : builder.RequireAuthorization([.. policyNames.Select(name => new AuthorizeAttribute(name))]);
    }

    /// <summary>Requires what these say, all of it.</summary>
    /// <param name="builder">The service's conventions.</param>
    /// <param name="authorizeData">As <c>new AuthorizeAttribute { Roles = "admin" }</c>; none: the default policy.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServiceConventionBuilder RequireAuthorization(this IMprpcServiceConventionBuilder builder, params IAuthorizeData[] authorizeData)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(authorizeData);
        return builder.WithMetadata(authorizeData.Length == 0 ? [new AuthorizeAttribute()] : [.. authorizeData]);
    }

    /// <summary>Requires a policy.</summary>
    /// <param name="builder">The service's conventions.</param>
    /// <param name="policy">The policy.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServiceConventionBuilder RequireAuthorization(this IMprpcServiceConventionBuilder builder, AuthorizationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(policy);
        return builder.WithMetadata(policy);
    }

    /// <summary>Requires a policy.</summary>
    /// <param name="builder">The service's conventions.</param>
    /// <param name="configurePolicy">Builds the policy.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServiceConventionBuilder RequireAuthorization(
        this IMprpcServiceConventionBuilder builder, Action<AuthorizationPolicyBuilder> configurePolicy)
    {
        ArgumentNullException.ThrowIfNull(configurePolicy);
        var policy = new AuthorizationPolicyBuilder();
        configurePolicy(policy);
        return builder.RequireAuthorization(policy.Build());
    }

    /// <summary>
    /// Lets anyone call the service's methods, whatever else is required of them, the application's fallback policy included; but see
    /// <see cref="MprpcEndpointOptions.RequireAuthentication"/>.
    /// </summary>
    /// <param name="builder">The service's conventions.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServiceConventionBuilder AllowAnonymous(this IMprpcServiceConventionBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithMetadata(new AllowAnonymousAttribute());
    }
}
