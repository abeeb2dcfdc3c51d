using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>Metadata is what a caller says, and never who it is.</summary>
public sealed class CallMetadataTests
{
    [Theory]
    [InlineData("authorization", "Bearer alice;role=admin")]
    [InlineData("user", "alice")]
    public async Task Credential_InMetadata_IsNoIdentityAndInNoLog(string key, string value)
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>(server: options => options.IncludeLogScopes = true);
        await using var client = new MprpcClient($"tcp://{host.Rpc}", new MprpcClientOptions { Extensions = MprpcExtensions.Always });
        var options = new MprpcCallOptions { Metadata = new MprpcMetadata { [key] = value } };

        string who = await client.CallAsync<string>("who", options).InTime();
        var refused = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("admin", options).InTime());
        await client.LogInAsync("bob");
        string loggedIn = await client.CallAsync<string>("who", options).InTime();

        Assert.Equal(("", "unauthenticated", "bob"), (who, refused.Code, loggedIn));
        Assert.DoesNotContain(host.Log.Entries, entry => $"{entry.Message} {entry.Exception}".Contains(value, StringComparison.Ordinal));
    }

    private sealed class Service
    {
        public string Who(MprpcCallContext call) => call.User.FindFirstValue(ClaimTypes.Name) ?? "";

        [Authorize(Roles = "admin")]
        public void Admin()
        {
        }
    }
}
