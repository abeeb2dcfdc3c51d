using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Testing;
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

    private sealed class Service
    {
        [Authorize(Roles = "admin")]
        public int Answer() => 42;
    }
}
