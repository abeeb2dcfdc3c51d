using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Security;

/// <summary>
/// The method <c>$/authenticate</c> (docs/protocol.md 10.2): runs one of the application's schemes on a token, and makes who it tells the connection's user.
/// </summary>
/// <remarks>
/// A refused login leaves the user as it was, as with SMTP and Redis: a token that cannot be renewed for a moment must not end the work of one that still
/// holds; and who asked is told.
/// </remarks>
internal sealed class LoginMethod(EndpointSecurity security, ILogger logger)
{
    public static IReadOnlyList<RpcMethod> Build(EndpointSecurity security, ILogger logger)
    {
        var builder = new MprpcServiceBuilder<LoginMethod>(
            new InstanceTarget<LoginMethod>(new LoginMethod(security, logger)), MprpcNamingPolicy.AsDeclared, prefix: null);
        var description = new MprpcMethodDescription(
            nameof(LoginMethod),
            nameof(LoginAsync),
            [new MprpcParameter("scheme"), new MprpcParameter("token")],
            needsContext: true,
            AuthenticateMethod.Name);

        builder.AddTask(
            description,
            static (MprpcTarget<LoginMethod> target, ref MprpcReader parameters, MprpcCallContext? context, CancellationToken cancellationToken) =>
            {
                string scheme = parameters.Read<string>();
                string token = parameters.Read<string>();
                return parameters.End() ? target.Resolve(context).LoginAsync((CallContext)context!, scheme, token) : Task.CompletedTask;
            });
        return builder.Methods;
    }

    private async Task LoginAsync(CallContext context, string scheme, string token)
    {
        if (context.IsNotification)
        {
            return;
        }

        var connection = (RpcConnection)context.Connection;
        ConnectionSession session = ConnectionSession.Of(connection);

        if (!session.TryBeginLogin(out int number))
        {
            throw SecurityError.TooManyLogins();
        }

        if (await AuthenticateAsync(context, connection, scheme, token).ConfigureAwait(false) is { } caller)
        {
            session.Accept(connection, number, caller);
            ServerLog.LoggedIn(logger, connection.Id, scheme);
            return;
        }

        if (session.CountFailure())
        {
            ServerLog.TooManyLogins(logger, connection.Id, security.Options.MaxFailedLogins);
            connection.Stop();      // what has been received is answered, this login too
        }

        throw SecurityError.LoginRefused();
    }

    private async Task<Caller?> AuthenticateAsync(CallContext context, RpcConnection connection, string scheme, string token)
    {
        if (!await IsOfferedAsync(context.Services, scheme).ConfigureAwait(false))
        {
            ServerLog.SchemeNotOffered(logger, connection.Id);
            return null;
        }

        AuthenticateResult? result = await RunAsync(context, connection, scheme, token).ConfigureAwait(false);

        if (result is not { Succeeded: true })
        {
            return null;
        }

        Caller caller = Caller.Of(result.Ticket);
        return caller.IsAuthenticated && !caller.IsOver(security.Clock) ? caller : null;
    }

    /// <summary>What the scheme makes of the token; null where it does not say in time.</summary>
    private async Task<AuthenticateResult?> RunAsync(CallContext context, RpcConnection connection, string scheme, string token)
    {
        using var tooLate = new CancellationTokenSource(security.Options.LoginTimeout, security.Clock);
        // Not by the call's token: a login that its peer cancels would not be counted as failed.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLate.Token, connection.Closed);

        try
        {
            Task<AuthenticateResult> result = security.Schemes.AuthenticateTokenAsync(
                connection, context.Services, scheme, request => security.Options.Present(request, scheme, token), either.Token);
            return await result.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!connection.Closed.IsCancellationRequested)
        {
            security.Schemes.OnTooSlow(connection, scheme, security.Options.LoginTimeout);
            return null;
        }
    }

    /// <summary>Over HTTP it is not the caller who chooses the scheme; here only among those that the application offers.</summary>
    private async ValueTask<bool> IsOfferedAsync(IServiceProvider services, string scheme)
        => security.Options.Schemes.Contains(scheme)
            || (await services.GetRequiredService<IAuthenticationSchemeProvider>().GetDefaultAuthenticateSchemeAsync().ConfigureAwait(false))?.Name == scheme;
}
