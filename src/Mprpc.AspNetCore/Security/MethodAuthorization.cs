using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore.Connections;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Security;

/// <summary>Asks, for each call of a method, the application's own policies whether the caller may. Safe for concurrent use.</summary>
/// <param name="security">The endpoint's.</param>
/// <param name="method">The method's wire name, for the error.</param>
/// <param name="rules">Who may call; null: who has logged in.</param>
/// <param name="number">The method's number among those whose verdicts are kept; null: they are not.</param>
internal sealed class MethodAuthorization(EndpointSecurity security, string method, AuthorizationRules? rules, int? number) : CallAuthorization
{
    public override bool HidesMethods => security.RequiresLogin;

    public override bool? TryAuthorize(RpcConnection connection)
    {
        Caller caller = ConnectionSession.Of(connection).Caller;

        if (!security.RequiresLogin)
        {
            return Find(caller);
        }

        // Refusals take one and the same way, that of unknown methods: by the order of answers too nobody learns which names there are.
        return caller.IsAuthenticated && (rules is null || Find(caller) == true) ? true : null;
    }

    public override RpcError Denied(RpcConnection connection) => Refusal(ConnectionSession.Of(connection).Caller, challenge: null);

    public override async ValueTask<RpcError?> AuthorizeAsync(CallContext context)
    {
        var connection = (RpcConnection)context.Connection;
        ConnectionSession session = ConnectionSession.Of(connection);
        Caller caller = ConnectionSession.CallerOf(context);

        if (security.RequiresLogin && !caller.IsAuthenticated)
        {
            return SecurityError.Unauthenticated(caller);
        }

        try
        {
            return await AskAsync(context, connection, session, caller).ConfigureAwait(false);
        }
        catch (Exception exception) when (security.RequiresLogin)
        {
            if (exception is not OperationCanceledException || !context.CancellationToken.IsCancellationRequested)
            {
                security.OnThrew(connection, method, exception);
            }

            return SecurityError.ForbiddenOrUnknown;
        }
    }

    private async ValueTask<RpcError?> AskAsync(CallContext context, RpcConnection connection, ConnectionSession session, Caller caller)
    {
        AuthorizationPolicy? policy = rules is null ? null : await rules.GetAsync().ConfigureAwait(false);

        if (policy is null)
        {
            return null;
        }

        if (policy.AuthenticationSchemes.Count > 0)
        {
            context.SetUser(await AuthenticateAsync(session, caller, connection, policy.AuthenticationSchemes).ConfigureAwait(false));
        }

        PolicyAuthorizationResult verdict = await EvaluateAsync(context, policy).ConfigureAwait(false);

        // A login meanwhile has made another caller, of whom this verdict says nothing; and a scheme that is run on the connection may say something else
        // later.
        if (number is { } kept && ReferenceEquals(context.Principal, caller.Principal) && policy.AuthenticationSchemes.All(scheme => scheme == caller.Scheme))
        {
            caller.KeepVerdict(kept, security.KeptVerdicts, verdict.Succeeded);
        }

        return verdict.Succeeded ? null : Refusal(caller, verdict.Challenged);
    }

    private static async ValueTask<PolicyAuthorizationResult> EvaluateAsync(CallContext context, AuthorizationPolicy policy)
    {
        AuthenticateResult authentication = context.User.Identities.Any(identity => identity.IsAuthenticated)
            ? AuthenticateResult.Success(new AuthenticationTicket(context.User, nameof(Mprpc)))
            : AuthenticateResult.NoResult();

        // By the evaluator, as the middleware does: it is what an application replaces in its tests.
        IPolicyEvaluator evaluator = context.Services.GetRequiredService<IPolicyEvaluator>();
        return await evaluator.AuthorizeAsync(policy, authentication, CallHttpContext.Create(context), resource: context).ConfigureAwait(false);
    }

    private bool? Find(Caller caller) => number is { } kept ? caller.FindVerdict(kept) : rules is { IsFixed: false } && rules.AllowAnyone() ? true : null;

    /// <summary>
    /// Who the caller is to a policy that names schemes: the login's principal counts by its scheme, the others are run on what the connection brings.
    /// </summary>
    private async ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        ConnectionSession session, Caller caller, RpcConnection connection, IReadOnlyList<string> schemes)
    {
        ClaimsPrincipal? user = null;

        foreach (string scheme in schemes)
        {
            if (scheme == caller.Scheme)
            {
                user = Merge(user, caller.Principal);
            }
            else if (await security.CanRunAsync(scheme).ConfigureAwait(false))
            {
                AuthenticateResult result = await session.AuthenticateAsync(connection, scheme).ConfigureAwait(false);

                if (result.Succeeded && !Caller.Of(result.Ticket).IsOver(security.Clock))
                {
                    user = Merge(user, result.Principal);
                }
            }
        }

        return user;
    }

    // As ASP.NET Core merges: the later scheme's identities stand first.
    private static ClaimsPrincipal? Merge(ClaimsPrincipal? user, ClaimsPrincipal? further)
        => user is null || further is null
            ? user ?? further
            : new ClaimsPrincipal(further.Identities.Concat(user.Identities.Where(identity => identity.IsAuthenticated || identity.Claims.Any())));

    private RpcError Refusal(Caller caller, bool? challenge)
    {
        if (challenge ?? !caller.IsAuthenticated)
        {
            return SecurityError.Unauthenticated(caller);
        }

        return security.RequiresLogin ? SecurityError.ForbiddenOrUnknown : SecurityError.Forbidden(method);
    }
}
