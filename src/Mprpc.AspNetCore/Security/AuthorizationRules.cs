using Microsoft.AspNetCore.Authorization;

namespace Mprpc.AspNetCore.Security;

/// <summary>What a method's metadata says of who may call it, combined as the HTTP authorization middleware combines an endpoint's.</summary>
internal sealed class AuthorizationRules
{
    private readonly IAuthorizationPolicyProvider _provider;
    private readonly IReadOnlyList<IAuthorizeData> _data;
    private readonly IReadOnlyList<AuthorizationPolicy> _policies;
    private readonly IReadOnlyList<IAuthorizationRequirement> _requirements;
    private readonly bool _canCache;
    private AuthorizationPolicy? _policy;
    private volatile bool _isCached;

    public AuthorizationRules(IAuthorizationPolicyProvider provider, IReadOnlyList<object> metadata)
    {
        _provider = provider;
        _data = [.. metadata.OfType<IAuthorizeData>()];
        _policies = [.. metadata.OfType<AuthorizationPolicy>()];
        _requirements = [.. metadata.OfType<IAuthorizationRequirementData>().SelectMany(data => data.GetRequirements())];
        _canCache = provider.AllowsCachingPolicies;
    }

    /// <summary>Whether anything of the metadata is about authorization.</summary>
    public static bool AreIn(IReadOnlyList<object> metadata)
        => metadata.Any(item => item is IAuthorizeData or AuthorizationPolicy or IAuthorizationRequirementData);

    /// <summary>Whether <see cref="Fixed"/> is known once and for all; else it is asked for at each call.</summary>
    public bool IsFixed => _isCached;

    /// <summary>The policy where it is fixed; null: anyone may call.</summary>
    public AuthorizationPolicy? Fixed => _policy;

    /// <summary>Whether it is known without waiting that anyone may call: nothing is said of the method, and there is no fallback policy now.</summary>
    public bool AllowAnyone()
    {
        if (_data.Count > 0 || _policies.Count > 0 || _requirements.Count > 0)
        {
            return false;
        }

        try
        {
            Task<AuthorizationPolicy?> fallback = _provider.GetFallbackPolicyAsync();
            return fallback.IsCompletedSuccessfully && fallback.GetAwaiter().GetResult() is null;
        }
        catch (Exception)
        {
            // It is asked again where its failure is the call's; here it would be the connection's.
            return false;
        }
    }

    /// <summary>The policy; null: anyone may call.</summary>
    /// <exception cref="InvalidOperationException">There is no policy of a name.</exception>
    public ValueTask<AuthorizationPolicy?> GetAsync() => _isCached ? new(_policy) : CombineAsync();

    private async ValueTask<AuthorizationPolicy?> CombineAsync()
    {
        // The fallback policy where there is neither data nor policy: CombineAsync asks for it itself.
        AuthorizationPolicy? policy = await AuthorizationPolicy.CombineAsync(_provider, _data, _policies).ConfigureAwait(false);

        // What CombineAsync does not know of.
        if (_requirements.Count > 0)
        {
            AuthorizationPolicy ofAttributes = new AuthorizationPolicyBuilder().AddRequirements([.. _requirements]).Build();
            policy = policy is null ? ofAttributes : AuthorizationPolicy.Combine(policy, ofAttributes);
        }

        if (_canCache)
        {
            _policy = policy;
            _isCached = true;
        }

        return policy;
    }
}
