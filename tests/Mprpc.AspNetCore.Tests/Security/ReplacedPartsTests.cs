using System.IO.Pipelines;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>Applications that replace a part of ASP.NET Core's authorization, and what else brings a user along.</summary>
public sealed class ReplacedPartsTests
{
    [Fact]
    public async Task PolicyEvaluator_OfATest_Decides()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>(AddDynamic, services: services => services.AddSingleton<IPolicyEvaluator, AllowAll>());
        await using MprpcClient client = host.CreateClient();

        Assert.Null(await client.CodeOfAsync("admin"));
    }

    [Fact]
    public async Task PolicyProvider_ThatAllowsNoCaching_IsAskedForEachCall()
    {
        var policies = new ChangingPolicies();
        await using RpcHost host = await SecuredHost.StartAsync<Service>(
            AddDynamic, services: services => services.AddSingleton<IAuthorizationPolicyProvider>(policies));
        await using MprpcClient client = host.CreateClient();

        string?[] before = [await client.CodeOfAsync("dynamic"), await client.CodeOfAsync("open")];
        policies.Present = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        string?[] after = [await client.CodeOfAsync("dynamic"), await client.CodeOfAsync("open")];
        policies.Present = null;
        string?[] again = [await client.CodeOfAsync("open"), await client.CodeOfAsync("open")];

        Assert.Equal([null, null], before);
        Assert.Equal(["unauthenticated", "unauthenticated"], after);
        Assert.Equal([null, null], again);
    }

    [Fact]
    public async Task PolicyProvider_ThatThrows_FailsTheCallAndNotTheConnection()
    {
        var policies = new ChangingPolicies();
        await using RpcHost host = await SecuredHost.StartAsync<Service>(
            AddDynamic, services: services => services.AddSingleton<IAuthorizationPolicyProvider>(policies));
        await using MprpcClient client = host.CreateClient();

        policies.Throws = true;
        string? failed = await client.CodeOfAsync("open");
        policies.Throws = false;

        Assert.Equal("Internal error.", failed);
        Assert.Null(await client.CodeOfAsync("open"));
    }

    [Fact]
    public async Task User_OfTheRequestThatOpenedTheConnection_IsTheUserUntilItsCredentialEnds()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = RpcHost.Build(
            builder =>
            {
                SecuredHost.AddSecurity(builder.Services, AddDynamic);
                builder.Services.AddSingleton<TimeProvider>(clock).AddMprpc();
            },
            map: null);
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, "admin")], "Cookies"));
        var ticket = new AuthenticationTicket(user, new AuthenticationProperties { ExpiresUtc = clock.GetUtcNow().AddMinutes(1) }, "Cookies");
        var toServer = new Pipe();
        var toClient = new Pipe();
        var transport = new DefaultConnectionContext(
            "opened", new Duplex(toServer.Reader, toClient.Writer), new Duplex(toClient.Reader, toServer.Writer)) { User = user };
        transport.Features.Set<IAuthenticateResultFeature>(new ResultFeature { AuthenticateResult = AuthenticateResult.Success(ticket) });
        MprpcEndpointOptions endpoint = new MprpcEndpointOptions().MapService<Service>();
        Task connection = new RpcConnectionHandler(host.App.Services, endpoint, host.App.Services.GetRequiredService<ServerLimits>().For(endpoint))
            .OnConnectedAsync(transport);

        string before = await CallAsync(toServer.Writer, toClient.Reader);
        clock.Advance(TimeSpan.FromMinutes(1));
        string after = await CallAsync(toServer.Writer, toClient.Reader);
        await toServer.Writer.CompleteAsync();
        await connection.InTime();

        Assert.Equal("940101c0c0", before);
        MessagePattern.AssertMatches("""94 01 01 "unauthenticated: The login has expired. Log in again." c0""", after);
    }

    [Fact]
    public async Task Scheme_OfTheConnectionThatDoesNotEnd_IsGivenUpAfterTheLoginTimeout()
    {
        const int SchemeTooSlow = 154;
        var clock = new FakeTimeProvider();
        await using RpcHost host = await SecuredHost.StartAsync<Service>(
            AddDynamic,
            endpoint: options => options.AuthenticationScheme = "Endless",
            services: services => services.AddSingleton<TimeProvider>(clock).AddAuthentication()
                .AddScheme<AuthenticationSchemeOptions, EndlessHandler>("Endless", _ => { }));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 a4 6f70656e 90");
        Task<string> answer = peer.ReadMessageAsync();
        await Bounded.Until(() => EndlessHandler.Runs > 0, "the scheme runs");

        // The wait may begin after this thread has seen the scheme run.
        await Bounded.Until(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(10));
                return answer.IsCompleted;
            },
            "the answer");

        Assert.Equal("940101c0c0", await answer);
        Assert.NotNull(host.Log.Find(SchemeTooSlow));
    }

    private static void AddDynamic(AuthorizationOptions options) => options.AddPolicy("dynamic", policy => policy.RequireAuthenticatedUser());

    private static async Task<string> CallAsync(PipeWriter writer, PipeReader reader)
    {
        await writer.WriteAsync(Hex.Bytes("94 00 01 a5 61646d696e 90")).InTime();
        ReadResult answer = await reader.ReadAsync().InTime();
        string hex = Hex.Text(System.Buffers.BuffersExtensions.ToArray(answer.Buffer));
        reader.AdvanceTo(answer.Buffer.End);
        return hex;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class ResultFeature : IAuthenticateResultFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; }
    }

    private sealed class EndlessHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, Microsoft.Extensions.Logging.ILoggerFactory loggers, System.Text.Encodings.Web.UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        private static int _runs;

        public static int Runs => Volatile.Read(ref _runs);

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            Interlocked.Increment(ref _runs);
            return new TaskCompletionSource<AuthenticateResult>().Task;
        }
    }

    private sealed class AllowAll : IPolicyEvaluator
    {
        public Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context) => Task.FromResult(AuthenticateResult.NoResult());

        public Task<PolicyAuthorizationResult> AuthorizeAsync(
            AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource)
            => Task.FromResult(PolicyAuthorizationResult.Success());
    }

    private sealed class ChangingPolicies : IAuthorizationPolicyProvider
    {
        public AuthorizationPolicy? Present { get; set; }

        public bool Throws { get; set; }

        public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => Task.FromResult(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync()
            => Throws ? throw new InvalidOperationException("The policies are somewhere else.") : Task.FromResult(Present);

        public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName)
            => Task.FromResult<AuthorizationPolicy?>(Present ?? new AuthorizationPolicyBuilder().RequireAssertion(_ => true).Build());
    }

    private sealed class Service
    {
        public void Open()
        {
        }

        [Authorize("dynamic")]
        public void Dynamic()
        {
        }

        [Authorize(Roles = "admin")]
        public void Admin()
        {
        }
    }
}
