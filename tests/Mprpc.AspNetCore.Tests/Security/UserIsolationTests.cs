using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>What code changes on a user is its call's alone, as over HTTP.</summary>
public sealed class UserIsolationTests
{
    private static readonly string[] Changes = ["elevate_call", "elevate_identity", "elevate_connection", "guarded_elevation"];

    [Theory]
    [InlineData(null, "unauthenticated")]
    [InlineData("alice", "forbidden")]
    public async Task Change_OfAUser_ReachesNoOtherCallAndNoOtherConnection(string? user, string code)
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>();
        await using MprpcClient client = host.CreateClient();
        await using MprpcClient other = host.CreateClient();
        await LogInAsync(client, user);
        await LogInAsync(other, user);
        List<string?> codes = [];

        foreach (string change in Changes)
        {
            await client.CodeOfAsync(change);
            codes.AddRange(
                [
                    await client.CodeOfAsync("admin"), await other.CodeOfAsync("admin"), await client.CallAsync<string>("roles").InTime(),
                    await other.CallAsync<string>("roles").InTime(),
                ]);
        }

        Assert.Equal(Enumerable.Repeat(new[] { code, code, "", "" }, Changes.Length).SelectMany(each => each), codes);
    }

    [Fact]
    public async Task Change_OfAHandler_IsSeenByItsCallAlone()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>(
            services: services => services.AddSingleton<IAuthorizationHandler, ElevatingHandler>());
        await using MprpcClient client = host.CreateClient();
        await client.LogInAsync("alice");

        string within = await client.CallAsync<string>("user_roles").InTime();

        Assert.Equal(("handler", ""), (within, await client.CallAsync<string>("roles").InTime()));
    }

    [Fact]
    public async Task Change_WithinACall_IsSeenByTheRestOfIt()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>();
        await using MprpcClient client = host.CreateClient();

        Assert.Equal("admin", await client.CallAsync<string>("elevate_and_look").InTime());
    }

    [Fact]
    public async Task Change_OfARateLimiterPolicy_ReachesNoOtherCall()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Limited>(
            services: services => services.AddRateLimiter(options => options.AddPolicy("changing", context =>
        {
            ((ClaimsIdentity)context.User.Identity!).AddClaim(new Claim(ClaimTypes.Role, "limiter"));
            return System.Threading.RateLimiting.RateLimitPartition.GetNoLimiter("all");
        })));
        await using MprpcClient client = host.CreateClient();

        string[] roles =
        [
            await client.CallAsync<string>("limited").InTime(),
            await client.CallAsync<string>("limited").InTime(),
            await client.CallAsync<string>("roles").InTime(),
        ];

        Assert.Equal(["limiter", "limiter", ""], roles);
    }

    [Fact]
    public async Task Principal_OfTheApplicationsOwnClass_KeepsItsClass()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>(
            services: services => services.AddSingleton<Microsoft.AspNetCore.Authentication.IClaimsTransformation, OwnPrincipals>());
        await using MprpcClient client = host.CreateClient();
        await client.LogInAsync("alice");

        Assert.Equal(nameof(OwnPrincipal), await client.CallAsync<string>("class_of_user").InTime());
    }

    private static Task LogInAsync(MprpcClient client, string? user) => user is null ? Task.CompletedTask : client.LogInAsync(user);

    private static string RolesOf(ClaimsPrincipal user) => string.Join(",", user.FindAll(ClaimTypes.Role).Select(claim => claim.Value));

    private static ClaimsIdentity MadeUp() => new([new Claim(ClaimTypes.Role, "admin")], "made up");

    private sealed class Service
    {
        public void ElevateCall(MprpcCallContext call) => call.User.AddIdentity(MadeUp());

        public void ElevateIdentity(MprpcCallContext call) => ((ClaimsIdentity)call.User.Identity!).AddClaim(new Claim(ClaimTypes.Role, "admin"));

        public void ElevateConnection(MprpcCallContext call)
        {
            ((ClaimsIdentity)call.Connection.User.Identity!).AddClaim(new Claim(ClaimTypes.Role, "admin"));
            call.Connection.User.AddIdentity(MadeUp());
        }

        [AddsRole]
        public void GuardedElevation()
        {
        }

        public string ElevateAndLook(MprpcCallContext call)
        {
            call.User.AddIdentity(MadeUp());
            return RolesOf(call.User);
        }

        public string Roles(MprpcCallContext call) => RolesOf(call.User);

        [Authorize]
        public string UserRoles(MprpcCallContext call) => RolesOf(call.User);

        public string ClassOfUser(MprpcCallContext call) => call.User.GetType().Name;

        [Authorize(Roles = "admin")]
        public void Admin()
        {
        }
    }

    private sealed class Limited
    {
        [Microsoft.AspNetCore.RateLimiting.EnableRateLimiting("changing")]
        [MprpcMethod("limited")]
        public string Roles(MprpcCallContext call) => RolesOf(call.User);

        [MprpcMethod("roles")]
        public string Unlimited(MprpcCallContext call) => RolesOf(call.User);
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class AddsRoleAttribute : MprpcFilterAttribute
    {
        public override ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
        {
            call.Context.User.AddIdentity(MadeUp());
            return next(call);
        }
    }

    private sealed class ElevatingHandler : IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context)
        {
            ((ClaimsIdentity)context.User.Identity!).AddClaim(new Claim(ClaimTypes.Role, "handler"));
            return Task.CompletedTask;
        }
    }

    private sealed class OwnPrincipal(ClaimsPrincipal principal) : ClaimsPrincipal(principal);

    private sealed class OwnPrincipals : Microsoft.AspNetCore.Authentication.IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal) => Task.FromResult<ClaimsPrincipal>(new OwnPrincipal(principal));
    }
}
