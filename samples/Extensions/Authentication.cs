using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Mprpc;
using Mprpc.Client;

namespace Extensions;

/// <summary>An authentication scheme of the application's own, for HTTP and for <c>$/authenticate</c>: docs/auth.md.</summary>
public static class AuthenticationSample
{
    public static async Task<string> RunAsync()
    {
        string key = RandomNumberGenerator.GetHexString(32);
        await using Server server = await Server.StartAsync(
            builder =>
            {
                builder.Services.AddAuthentication(ApiKeyHandler.Name)
                    .AddScheme<ApiKeyOptions, ApiKeyHandler>(ApiKeyHandler.Name, options => options.Users[ApiKeyHandler.Hash(key)] = "anna");
                builder.Services.AddAuthorization();
                builder.Services.AddMprpc(options => options.Authentication.PresentToken(
                    ApiKeyHandler.Name, (request, token) => request.Headers[ApiKeyHandler.Header] = token));
            },
            app => app.MapMprpcService<Greeter>(Server.AnyPort).RequireAuthorization());

        string known = await GreetAsync(server, key);
        string unknown = await GreetAsync(server, "guessed");
        string none = await GreetAsync(server, key: null);

        return $"with a key \"{known}\", with another {unknown}, without one {none}";
    }

    private static async Task<string> GreetAsync(Server server, string? key)
    {
        var options = new MprpcClientOptions();

        if (key is not null)
        {
            options.TokenProvider = (_, _) => ValueTask.FromResult(new MprpcToken(ApiKeyHandler.Name, key));
        }

        await using var client = new MprpcClient(server.Url, options);

        try
        {
            return await client.CallAsync<string>("greet");
        }
        catch (MprpcRemoteException exception)
        {
            return exception.Code ?? exception.Message;
        }
        catch (MprpcConnectionException exception) when (exception.InnerException is MprpcRemoteException)
        {
            return "no login";
        }
    }
}

public sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    /// <summary>The user of each key, by the key's hash: the keys themselves are not kept. Yours come from a database.</summary>
    public Dictionary<string, string> Users { get; } = [];
}

public sealed class ApiKeyHandler(IOptionsMonitor<ApiKeyOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<ApiKeyOptions>(options, loggers, encoder)
{
    public const string Name = "ApiKey";
    public const string Header = "X-Api-Key";

    public static string Hash(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Header] is not [{ } key])
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (!Options.Users.TryGetValue(Hash(key), out string? user))
        {
            return Task.FromResult(AuthenticateResult.Fail("The key is unknown."));
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name)));
    }
}

public sealed class Greeter
{
    public string Greet(MprpcCallContext call) => $"hello, {call.User.Identity?.Name}";
}
