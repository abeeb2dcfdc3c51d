using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security.Kit;

/// <summary>An application with the scheme of <see cref="TokenHandler"/>, and what the tests say to it.</summary>
internal static class SecuredHost
{
    public const string Login = "$/authenticate";

    public static Task<RpcHost> StartAsync<T>(
        Action<AuthorizationOptions>? authorization = null,
        Action<MprpcServerOptions>? server = null,
        Action<MprpcEndpointOptions>? endpoint = null,
        Action<IServiceCollection>? services = null)
        where T : class
        => RpcHost.StartAsync(
            builder =>
            {
                AddSecurity(builder.Services, authorization);
                builder.Services.AddMprpc(server);
                services?.Invoke(builder.Services);
            },
            app => app.MapMprpcService<T>(0).WithEndpoint(endpoint ?? (_ => { })));

    public static AuthenticationBuilder AddSecurity(IServiceCollection services, Action<AuthorizationOptions>? authorization = null)
    {
        services.AddAuthorization(authorization ?? (_ => { }));
        return services.AddAuthentication(TokenHandler.Name)
            .AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenHandler.Name, _ => { })
            .AddScheme<AuthenticationSchemeOptions, CertificateHandler>(CertificateHandler.Name, _ => { });
    }

    public static Task LogInAsync(this MprpcClient client, string token, string scheme = TokenHandler.Name) => client.CallAsync(Login, scheme, token).InTime();

    /// <summary>The code of the error that a call ends with; null where it succeeds.</summary>
    public static async Task<string?> CodeOfAsync(this MprpcClient client, string method, params object?[] arguments)
    {
        try
        {
            await client.CallAsync<MprpcRaw>(method, arguments).InTime();
            return null;
        }
        catch (MprpcRemoteException exception)
        {
            return exception.Code ?? exception.Message;
        }
    }
}
