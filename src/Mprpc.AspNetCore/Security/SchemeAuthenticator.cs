using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Security;

/// <summary>Runs the application's own authentication schemes on what a connection brings, or on a token that it was sent. Safe for concurrent use.</summary>
/// <remarks>What a scheme fails with is logged by its type alone: its message may quote the token.</remarks>
internal sealed class SchemeAuthenticator(ILogger logger)
{
    /// <summary>Runs a scheme on what the connection itself brings: a client's certificate, or the request of a WebSocket.</summary>
    public async Task<AuthenticateResult> AuthenticateConnectionAsync(RpcConnection connection, string scheme, CancellationToken cancellationToken)
    {
        AsyncServiceScope scope = connection.Services.CreateAsyncScope();

        await using (scope.ConfigureAwait(false))
        {
            return await RunAsync(CreateContext(connection, scope.ServiceProvider, keepRequest: true, cancellationToken), scheme).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a scheme on a token, in a scope of its own: a handler keeps its outcome as long as its scope lives.</summary>
    public async Task<AuthenticateResult> AuthenticateTokenAsync(
        RpcConnection connection, string scheme, Action<HttpRequest> present, CancellationToken cancellationToken)
    {
        AsyncServiceScope scope = connection.Services.CreateAsyncScope();

        try
        {
            return await AuthenticateTokenAsync(connection, scope.ServiceProvider, scheme, present, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await DisposeAsync(scope, connection, scheme).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a scheme on a token.</summary>
    public async Task<AuthenticateResult> AuthenticateTokenAsync(
        RpcConnection connection, IServiceProvider services, string scheme, Action<HttpRequest> present, CancellationToken cancellationToken)
    {
        HttpContext context = CreateContext(connection, services, keepRequest: false, cancellationToken);

        try
        {
            present(context.Request);
        }
        catch (Exception exception)
        {
            return Fail(context, scheme, exception);
        }

        return await RunAsync(context, scheme).ConfigureAwait(false);
    }

    /// <summary>A scheme has not answered in time.</summary>
    public void OnTooSlow(RpcConnection connection, string scheme, TimeSpan timeout)
        => ServerLog.SchemeTooSlow(logger, connection.Id, scheme, timeout.TotalSeconds);

    /// <summary>A scheme knows the caller of a call by something else than the call's credential.</summary>
    public void OnCredentialIgnored(RpcConnection connection, string scheme) => ServerLog.CredentialIgnored(logger, connection.Id, scheme);

    /// <summary>What the scheme's services fail with when they are disposed is no call's failure.</summary>
    private async ValueTask DisposeAsync(AsyncServiceScope scope, RpcConnection connection, string scheme)
    {
        try
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ServerLog.SchemeThrew(logger, connection.Id, scheme, exception.GetType().ToString());
        }
    }

    private static DefaultHttpContext CreateContext(RpcConnection connection, IServiceProvider services, bool keepRequest, CancellationToken cancellationToken)
        => ConnectionHttpContext.Create(connection, new RequestServicesFeature(services), keepRequest, cancellationToken);

    private async Task<AuthenticateResult> RunAsync(HttpContext context, string scheme)
    {
        try
        {
            // By the service, not the handler: it runs the application's claims transformations.
            AuthenticateResult result = await context.RequestServices.GetRequiredService<IAuthenticationService>()
                .AuthenticateAsync(context, scheme).ConfigureAwait(false);

            if (result.Failure is { } failure)
            {
                ServerLog.LoginRefused(logger, context.Connection.Id, scheme, failure.GetType().Name);
            }

            return result;
        }
        catch (Exception exception)
        {
            return Fail(context, scheme, exception);
        }
    }

    private AuthenticateResult Fail(HttpContext context, string scheme, Exception exception)
    {
        if (!context.RequestAborted.IsCancellationRequested)
        {
            ServerLog.SchemeThrew(logger, context.Connection.Id, scheme, exception.GetType().ToString());
        }

        return AuthenticateResult.Fail("The scheme threw.");
    }

    private sealed class RequestServicesFeature(IServiceProvider services) : IServiceProvidersFeature
    {
        public IServiceProvider RequestServices { get; set; } = services;
    }
}
