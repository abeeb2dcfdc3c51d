using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Model;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Security;

/// <summary>Who may do what on one endpoint; made at start-up. Safe for concurrent use.</summary>
internal sealed class EndpointSecurity
{
    private readonly MprpcEndpointOptions _endpoint;
    private readonly EndpointLimits _limits;
    private readonly ILogger _logger;
    private readonly IAuthenticationSchemeProvider? _schemes;
    private readonly IAuthorizationPolicyProvider? _policies;
    private readonly Lazy<VerdictCaching> _caching;

    /// <exception cref="InvalidOperationException">The endpoint asks for something that the application does not have.</exception>
    public EndpointSecurity(IServiceProvider services, MprpcEndpointOptions endpoint, MprpcServerOptions options, EndpointLimits limits)
    {
        _endpoint = endpoint;
        _logger = new SampledLogger(new HarmlessLogger(services.GetRequiredService<ILoggerFactory>().CreateLogger("Mprpc.Security")), TimeProvider.System);
        _schemes = services.GetService<IAuthenticationSchemeProvider>();
        _policies = services.GetService<IPolicyEvaluator>() is null ? null : services.GetService<IAuthorizationPolicyProvider>();
        _caching = new Lazy<VerdictCaching>(() => new VerdictCaching(services.GetRequiredService<ServiceLifetimes>()));
        Options = options.Authentication;
        _limits = limits;
        Clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Schemes = new SchemeAuthenticator(_logger);
        CheckEndpoint();
    }

    public MprpcAuthenticationOptions Options { get; }

    public TimeProvider Clock { get; }

    public SchemeAuthenticator Schemes { get; }

    public bool RequiresLogin => _endpoint.RequireAuthentication;

    /// <summary>What a connection that comes now may demand; where login is required, after it.</summary>
    public ConnectionLimits Limits => _limits.Current;

    /// <summary>What a connection may demand at its start.</summary>
    /// <param name="limits">What it may demand later.</param>
    public ConnectionLimits InitialLimits(ConnectionLimits limits) => !RequiresLogin ? limits : LimitsOfStranger(limits, running: 0);

    /// <summary>What a connection may demand before login.</summary>
    /// <param name="limits">What it may demand after it.</param>
    /// <param name="running">Calls that began while it was a user's: they must not keep it from logging in again.</param>
    public ConnectionLimits LimitsOfStranger(ConnectionLimits limits, int running) => limits with
    {
        MaxMessageSize = Math.Min(limits.MaxMessageSize, Options.MaxMessageSizeBeforeLogin),
        MaxRunningCalls = (int)Math.Min(limits.MaxRunningCalls, (long)Options.MaxCallsInFlightBeforeLogin + running),
        MaxMessageSizeOption = "MprpcServerOptions.Authentication.MaxMessageSizeBeforeLogin",
    };

    /// <summary>How an option of an endpoint is named where it was set, for errors.</summary>
    public static string OptionOf(MprpcEndpointOptions endpoint, string option)
        => endpoint.Section is { } section ? $"{section.Path}:{option} (MprpcEndpointOptions.{option})" : $"MprpcEndpointOptions.{option} of {endpoint.Origin}";

    /// <summary>How many methods there are whose verdicts are kept.</summary>
    public int KeptVerdicts { get; private set; }

    /// <summary>The methods that are there where the application has authentication.</summary>
    public IReadOnlyList<RpcMethod> LoginMethods() => _schemes is null ? [] : LoginMethod.Build(this, _logger);

    /// <summary>What stands before a method; null: nothing.</summary>
    /// <exception cref="InvalidOperationException">The method asks for something that the application does not have.</exception>
    public CallAuthorization? For(RpcMethod method)
    {
        AuthorizationRules? rules = RulesOf(method);
        int? number = null;

        if (rules is { IsFixed: true, Fixed: null })
        {
            rules = null;
        }
        else if (rules is { Fixed: { } policy } && _caching.Value.CanKeep(policy))
        {
            number = KeptVerdicts++;
        }

        return rules is null && !RequiresLogin ? null : new MethodAuthorization(this, method.WireName, rules, number);
    }

    /// <summary>What stands before <c>$/inspect</c>; null: nothing.</summary>
    public CallAuthorization? ForInspect(MprpcInspect inspect)
        => RequiresLogin || inspect == MprpcInspect.Authenticated ? new LoggedInAuthorization(this) : null;

    /// <summary>What stands before names that no method has; null: nothing.</summary>
    public CallAuthorization? ForUnknown() => RequiresLogin ? new UnknownMethodAuthorization() : null;

    /// <summary>
    /// Begins a connection's session with whom the transport knows: its certificate's owner, the process at the other end, or who opened the WebSocket.
    /// </summary>
    public async ValueTask StartAsync(ConnectionSession session, RpcConnection connection)
    {
        PeerCredentials? peer = PeerCredentials.Find(connection.Features);

        if (peer is not null)
        {
            connection.Features.Set<IMprpcPeerCredentialsFeature>(peer);
        }

        Caller? caller = null;

        if (_endpoint.AuthenticationScheme is { } scheme
            && await session.AuthenticateAsync(connection, scheme).ConfigureAwait(false) is { Succeeded: true } result)
        {
            caller = Caller.Of(result.Ticket);
        }

        if (caller is null && _endpoint.UsePeerCredentials && peer is not null)
        {
            caller = new Caller(await TransformAsync(connection, peer.ToPrincipal()).ConfigureAwait(false), MprpcPeerCredentials.AuthenticationScheme);
        }

        session.Start(connection, caller ?? OfRequest(connection));
    }

    /// <summary>Whether a policy's scheme can be asked about what a connection brings.</summary>
    public async ValueTask<bool> CanRunAsync(string scheme)
        => _schemes is not null && await _schemes.GetSchemeAsync(scheme).ConfigureAwait(false) is not null;

    /// <summary>The schemes that look at the credentials of calls, in their order: the application's default one, and those that it offers to logins.</summary>
    public async Task<IReadOnlyList<string>> FindSchemesAsync()
    {
        if (_schemes is null)
        {
            return [];
        }

        AuthenticationScheme? standard = await _schemes.GetDefaultAuthenticateSchemeAsync().ConfigureAwait(false);
        return standard is null ? [.. Options.Schemes.Distinct()] : [.. Options.Schemes.Prepend(standard.Name).Distinct()];
    }

    /// <summary>Whether a connection cannot be served, because the credentials of its calls could be read on the way; that is logged.</summary>
    public bool RefusesTransport(string connectionId, EndPoint? local, EndPoint? remote, IFeatureCollection features)
    {
        if (!_endpoint.AllowCallCredentials || ProtectedTransport.Is(local, remote, features))
        {
            return false;
        }

        ServerLog.TransportUnprotected(_logger, connectionId, OptionOf(_endpoint, nameof(MprpcEndpointOptions.AllowCallCredentials)));
        return true;
    }

    /// <summary>A policy that throws says no; where login is required, in the words that are said of all methods.</summary>
    public void OnThrew(RpcConnection connection, string method, Exception exception)
        => ServerLog.AuthorizationThrew(_logger, connection.Id, method, exception);

    /// <summary>The application's claims transformation, which gives a Unix user its roles, say; schemes run it themselves.</summary>
    private static async Task<ClaimsPrincipal> TransformAsync(RpcConnection connection, ClaimsPrincipal user)
    {
        AsyncServiceScope scope = connection.Services.CreateAsyncScope();

        await using (scope.ConfigureAwait(false))
        {
            return scope.ServiceProvider.GetService<IClaimsTransformation>() is { } transformation
                ? await transformation.TransformAsync(user).ConfigureAwait(false)
                : user;
        }
    }

    /// <summary>Who has opened the WebSocket that the connection came by. A copy: the application's middleware has the principal too.</summary>
    private static Caller? OfRequest(RpcConnection connection)
    {
        IConnectionUserFeature? feature = connection.Features.Get<IConnectionUserFeature>();

        if (feature is RequestUser request)
        {
            return new Caller(UserCopy.Of(request.User), request.Scheme, request.Expires);
        }

        if (feature?.User is not { } user)
        {
            return null;
        }

        // A transport of the application's own.
        AuthenticateResult? result = connection.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult;
        return new Caller(UserCopy.Of(user), result?.Principal == user ? result.Ticket?.AuthenticationScheme : null, result?.Properties?.ExpiresUtc);
    }

    private AuthorizationRules? RulesOf(RpcMethod method)
    {
        if (method.Metadata.Any(item => item is IAllowAnonymous))
        {
            return null;
        }

        if (_policies is null)
        {
            return !AuthorizationRules.AreIn(method.Metadata) ? null : throw new InvalidOperationException(
                $"{method} requires authorization, and the application has none. Call builder.Services.AddAuthorization(), "
                + "and AddAuthentication() with a scheme that identifies the caller.");
        }

        var rules = new AuthorizationRules(_policies, method.Metadata);
        ValueTask<AuthorizationPolicy?> policy = rules.GetAsync();

        if (policy.IsFaulted)
        {
            throw Unusable(method, policy.AsTask().Exception!.InnerException!);
        }

        return rules;
    }

    private static InvalidOperationException Unusable(RpcMethod method, Exception exception)
        => new(
            $"The authorization of {method} cannot be found out: {exception.Message} "
            + "Add the policy in builder.Services.AddAuthorization(options => options.AddPolicy(...)).",
            exception);

    private void CheckEndpoint()
    {
        if (_endpoint.AuthenticationScheme is { } scheme && _schemes is null)
        {
            throw new InvalidOperationException(
                $"An endpoint names the authentication scheme '{scheme}' (MprpcEndpointOptions.AuthenticationScheme), "
                + "and the application has no authentication. "
                + "Call builder.Services.AddAuthentication() and add the scheme.");
        }

        if (_endpoint.AuthenticationScheme is { } named
            && _schemes!.GetSchemeAsync(named) is { IsCompletedSuccessfully: true } found
            && found.GetAwaiter().GetResult() is null)
        {
            throw new InvalidOperationException(
                $"An endpoint names the authentication scheme '{named}' (MprpcEndpointOptions.AuthenticationScheme), "
                + "and the application has none of this name. Add it to AddAuthentication().");
        }

        if (_endpoint.AllowCallCredentials)
        {
            CheckCallCredentials();
        }

        if (RequiresLogin && _schemes is null && !_endpoint.UsePeerCredentials)
        {
            throw new InvalidOperationException(
                "An endpoint requires login (MprpcEndpointOptions.RequireAuthentication), but no peer can log in: the application has no authentication. "
                + "Call builder.Services.AddAuthentication() and add a scheme, or set UsePeerCredentials on a Unix socket.");
        }
    }

    private void CheckCallCredentials()
    {
        string option = OptionOf(_endpoint, nameof(MprpcEndpointOptions.AllowCallCredentials));

        if (!_endpoint.Extensions)
        {
            throw new InvalidOperationException(
                $"{option} is true, and the endpoint's Extensions are false, without which no call has metadata. Set Extensions, or leave the option false.");
        }

        if (FindSchemesAsync() is { IsCompletedSuccessfully: true } schemes && schemes.GetAwaiter().GetResult().Count == 0)
        {
            throw new InvalidOperationException(
                $"{option} is true, and no authentication scheme looks at the credentials of calls: the application has no default one, and "
                + "MprpcServerOptions.Authentication.Schemes is empty. Call builder.Services.AddAuthentication(\"Bearer\") and add the scheme.");
        }
    }
}
