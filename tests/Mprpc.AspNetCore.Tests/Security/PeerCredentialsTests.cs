using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>The user of a Unix domain socket's other end.</summary>
public sealed class PeerCredentialsTests
{
    [Fact]
    public async Task Peer_OfAUnixSocket_IsTheUserOfItsProcess()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has SO_PEERCRED.");
        await using RpcHost host = await StartAsync(options => options.UsePeerCredentials = true);
        await using MprpcClient client = host.CreateClient();

        string?[] claims =
        [
            await client.CallAsync<string>("claim", "uid"), await client.CallAsync<string>("claim", "gid"), await client.CallAsync<string>("claim", "pid"),
        ];

        Assert.Equal([Text(UserId()), Text(GroupId()), Text((uint)Environment.ProcessId)], claims);
        Assert.Equal((null, "forbidden"), (await client.CodeOfAsync("user"), await client.CodeOfAsync("admin")));
    }

    [Fact]
    public async Task Peer_OfAUnixSocket_GetsItsRolesFromTheClaimsTransformation()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has SO_PEERCRED.");
        await using RpcHost host = await StartAsync(
            options => options.UsePeerCredentials = true, services => services.AddTransient<IClaimsTransformation, UsersAreAdmins>());
        await using MprpcClient client = host.CreateClient();

        Assert.Null(await client.CodeOfAsync("admin"));
    }

    [Fact]
    public async Task Peer_WhereTheEndpointDoesNotAsk_IsAnonymousAndItsCredentialsAreAFeature()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has SO_PEERCRED.");
        await using RpcHost host = await StartAsync(_ => { });
        await using MprpcClient client = host.CreateClient();

        Assert.Equal("unauthenticated", await client.CodeOfAsync("user"));
        Assert.Equal($"{UserId()} {GroupId()} {Environment.ProcessId}", await client.CallAsync<string>("feature").InTime());
    }

    [Fact]
    public async Task Peer_WhereLoginIsRequired_IsLoggedInByItsProcess()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has SO_PEERCRED.");
        await using RpcHost host = await StartAsync(options =>
        {
            options.UsePeerCredentials = true;
            options.RequireAuthentication = true;
        });
        await using MprpcClient client = host.CreateClient();

        Assert.Null(await client.CodeOfAsync("claim", "uid"));
        Assert.Null(await client.CodeOfAsync("user_by_scheme"));
    }

    [Fact]
    public async Task Options_OfTheConfiguration_SayWhoThePeerIsAndThatItMustBeKnown()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has SO_PEERCRED.");
        string path = Path.Combine(Path.GetTempPath(), $"mprpc-{Guid.NewGuid():N}.sock");
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Mprpc:Endpoints:Local:Url"] = $"unix://{path}";
                builder.Configuration["Mprpc:Endpoints:Local:UsePeerCredentials"] = "true";
                builder.Configuration["Mprpc:Endpoints:Local:RequireAuthentication"] = "true";
                builder.Services.AddAuthorization();
                builder.Services.AddMprpc().AddService<Service>();
            },
            map: null);
        await using MprpcClient client = host.CreateClient();

        Assert.Equal((null, "forbidden"), (await client.CodeOfAsync("user"), await client.CodeOfAsync("nosuch")));
    }

    private static Task<RpcHost> StartAsync(Action<MprpcEndpointOptions> endpoint, Action<IServiceCollection>? services = null)
    {
        string socket = Path.Combine(Path.GetTempPath(), $"mprpc-{Guid.NewGuid():N}.sock");
        return RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddAuthorization();
                builder.Services.AddMprpc();
                services?.Invoke(builder.Services);
            },
            app => app.MapMprpcService<Service>($"unix://{socket}").WithEndpoint(endpoint));
    }

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    private static uint UserId() => Effective("Uid:");

    private static uint GroupId() => Effective("Gid:");

    /// <summary>proc(5): real, effective, saved and file system id.</summary>
    private static uint Effective(string name)
        => uint.Parse(
            File.ReadLines("/proc/self/status").Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split('\t')[2], CultureInfo.InvariantCulture);

    private sealed class UsersAreAdmins : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
        {
            principal.AddIdentity(
                new ClaimsIdentity([new Claim(ClaimTypes.Role, principal.HasClaim(MprpcPeerCredentials.UserIdClaimType, Text(UserId())) ? "admin" : "none")]));
            return Task.FromResult(principal);
        }
    }

    private sealed class Service
    {
        public string? Claim(MprpcCallContext call, string type) => call.User.FindFirstValue(type);

        public string? Feature(MprpcCallContext call)
            => call.Connection.Features.Get<IMprpcPeerCredentialsFeature>() is { } peer ? $"{peer.UserId} {peer.GroupId} {peer.ProcessId}" : null;

        [Authorize]
        public void User()
        {
        }

        [Authorize(AuthenticationSchemes = MprpcPeerCredentials.AuthenticationScheme)]
        public void UserByScheme()
        {
        }

        [Authorize(Roles = "admin")]
        public void Admin()
        {
        }
    }
}
