using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebApp;

namespace Mprpc.Testing.Tests;

/// <summary>Authentication and authorization in memory: those of the application.</summary>
public sealed class SecurityTests
{
    [Fact]
    public async Task User_OfTheTransport_IsWhomPoliciesAreAskedAbout()
    {
        var admin = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, "admin")], "test"));
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Service>(services => services.AddAuthorization());
        await using MprpcClient nobody = host.CreateMprpcClient();
        await using MprpcClient known = host.CreateMprpcClient(configure: options => options.User = admin);

        int answer = await known.CallAsync<int>("answer").InTime();
        var refused = await Assert.ThrowsAsync<MprpcRemoteException>(() => nobody.CallAsync<int>("answer").InTime());

        Assert.Equal(42, answer);
        Assert.Equal("unauthenticated", refused.Code);
    }

    [Fact]
    public async Task Token_OfTheApplication_IsGoodForHttpAndRpc()
    {
        await using var factory = new WebApplicationFactory<Calculator>();
        using HttpClient http = factory.CreateClient();
        await using MprpcClient rpc = factory.CreateMprpcClient();
        string token = factory.Services.GetRequiredService<DevelopmentTokens>().Issue("admin");
        await rpc.CallAsync("add_todo", "first").InTime();
        var refused = await Assert.ThrowsAsync<MprpcRemoteException>(() => rpc.CallAsync<int>("clear_todos").InTime());

        await rpc.CallAsync("$/authenticate", "Bearer", token).InTime();
        int cleared = await rpc.CallAsync<int>("clear_todos").InTime();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.DeleteAsync(new Uri("/todos", UriKind.Relative)).InTime();

        Assert.Equal("unauthenticated", refused.Code);
        Assert.Equal(1, cleared);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Credential_OfACall_IsTakenInMemoryWhateverTheAddressIs()
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync(
            services => services.AddAuthorization().AddAuthentication("Token").AddScheme<AuthenticationSchemeOptions, TokenHandler>("Token", _ => { }),
            endpoints => endpoints.MapMprpcService<Service>("tcp://*:6000").WithEndpoint(options => options.AllowCallCredentials = true));
        await using MprpcClient client = host.CreateMprpcClient(configure: options => options.Client.Extensions = MprpcExtensions.Always);

        int answer = await client.CallAsync<int>("answer", With("Bearer admin")).InTime();
        var refused = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("answer", With("Bearer user")).InTime());

        Assert.Equal((42, "forbidden"), (answer, refused.Code));
    }

    private static MprpcCallOptions With(string credential) => new() { Metadata = new MprpcMetadata { ["authorization"] = credential } };

    private sealed class Service
    {
        [Authorize(Roles = "admin")]
        public int Answer() => 42;
    }

    /// <summary>The token is the role.</summary>
    private sealed class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
            => Task.FromResult(Request.Headers.Authorization is [{ } header]
                ? AuthenticateResult.Success(new AuthenticationTicket(
                    new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, header["Bearer ".Length..])], Scheme.Name)), Scheme.Name))
                : AuthenticateResult.NoResult());
    }
}
