using Microsoft.AspNetCore.Authorization;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>[Authorize] and its like, wherever they stand.</summary>
public sealed class AuthorizationTests
{
    private const string Unauthenticated = "unauthenticated";
    private const string Forbidden = "forbidden";

    [Theory]
    [InlineData("open", null, null, null)]
    [InlineData("user", Unauthenticated, null, null)]
    [InlineData("admin", Unauthenticated, Forbidden, null)]
    [InlineData("adult", Unauthenticated, null, Forbidden)]
    [InlineData("of_interface", Unauthenticated, Forbidden, null)]
    [InlineData("of_class", Unauthenticated, Forbidden, null)]
    [InlineData("other_scheme", Unauthenticated, Unauthenticated, Unauthenticated)]
    [InlineData("same_scheme", Unauthenticated, null, null)]
    public async Task Method_ByUser_IsAllowedOrRefusedWithItsCode(string method, string? anonymous, string? alice, string? bob)
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>(options => options.AddPolicy("adult", policy => policy.RequireClaim("age", "18")));
        await using MprpcClient client = host.CreateClient();

        // Twice each: the second verdict may be one that was kept.
        string?[] first = [await client.CodeOfAsync(method), await client.CodeOfAsync(method)];
        await client.LogInAsync("alice;age=18");
        string?[] second = [await client.CodeOfAsync(method), await client.CodeOfAsync(method)];
        await client.LogInAsync("bob;role=admin");
        string?[] third = [await client.CodeOfAsync(method), await client.CodeOfAsync(method)];

        Assert.Equal([anonymous, anonymous], first);
        Assert.Equal([alice, alice], second);
        Assert.Equal([bob, bob], third);
    }

    [Fact]
    public async Task RequireAuthorization_OnTheMapping_HoldsForEachMethodButThoseThatAllowAnonymous()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                SecuredHost.AddSecurity(builder.Services, options => options.AddPolicy("adult", policy => policy.RequireClaim("age")));
                builder.Services.AddMprpc();
            },
            app =>
            {
                app.MapMprpcService<Plain>(0).WithPrefix("default").RequireAuthorization();
                app.MapMprpcService<Plain>(0).WithPrefix("named").RequireAuthorization("adult");
                app.MapMprpcService<Plain>(0).WithPrefix("data").RequireAuthorization(new AuthorizeAttribute { Roles = "admin" });
                app.MapMprpcService<Plain>(0).WithPrefix("policy").RequireAuthorization(new AuthorizationPolicyBuilder().RequireClaim("age").Build());
                app.MapMprpcService<Plain>(0).WithPrefix("built").RequireAuthorization(policy => policy.RequireUserName("bob"));
                app.MapMprpcService<Plain>(0).WithPrefix("anonymous").RequireAuthorization().AllowAnonymous();
            });
        List<string?> codes = [];

        foreach (System.Net.EndPoint endPoint in host.Endpoints)
        {
            string prefix = new[] { "default", "named", "data", "policy", "built", "anonymous" }[codes.Count / 3];
            await using var client = new MprpcClient($"tcp://{endPoint}");
            codes.Add(await client.CodeOfAsync($"{prefix}.run"));
            await client.LogInAsync("bob;role=admin");
            codes.Add(await client.CodeOfAsync($"{prefix}.run"));
            codes.Add(await client.CodeOfAsync($"{prefix}.ping"));
        }

        Assert.Equal(
            [
                Unauthenticated, null, null, Unauthenticated, Forbidden, null, Unauthenticated, null, null, Unauthenticated, Forbidden, null, Unauthenticated,
                null, null, null, null, null,
            ],
            codes);
    }

    [Fact]
    public async Task FallbackPolicy_OfTheApplication_HoldsForMethodsThatSayNothing()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>(options =>
        {
            options.FallbackPolicy = options.DefaultPolicy;
            options.AddPolicy("adult", policy => policy.RequireClaim("age"));
        });
        await using MprpcClient client = host.CreateClient();

        string? before = await client.CodeOfAsync("open");
        string? allowed = await client.CodeOfAsync("anyone");
        await client.LogInAsync("alice");
        string? after = await client.CodeOfAsync("open");

        Assert.Equal((Unauthenticated, null, null), (before, allowed, after));
    }

    [Fact]
    public async Task Handlers_OfTheApplication_GetTheCallAsResourceAndItsServices()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Resourceful>(
            options => options.AddPolicy("by_method", policy => policy.AddRequirements(new MethodRequirement("named_so"))),
            services: services => services.AddScoped<IAuthorizationHandler, MethodHandler>().AddScoped<Seen>());
        await using MprpcClient client = host.CreateClient();
        await client.LogInAsync("alice");

        string? allowed = await client.CodeOfAsync("named_so");
        string? refused = await client.CodeOfAsync("otherwise");

        Assert.Equal((null, Forbidden), (allowed, refused));
    }

    [Fact]
    public async Task RequirementAttributes_OfTheApplication_AreAsked()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Attributed>(
            services: services => services.AddScoped<IAuthorizationHandler, MethodHandler>().AddScoped<Seen>());
        await using MprpcClient client = host.CreateClient();
        await client.LogInAsync("alice");

        Assert.Equal((null, Forbidden), (await client.CodeOfAsync("right"), await client.CodeOfAsync("wrong")));
    }

    [Fact]
    public async Task HandlerOfEveryRequirement_ChangesItsMind_NoVerdictWasKept()
    {
        var mood = new Mood();
        await using RpcHost host = await SecuredHost.StartAsync<Service>(
            options => options.AddPolicy("adult", policy => policy.RequireClaim("age")),
            services: services => services.AddSingleton(mood).AddSingleton<IAuthorizationHandler, MoodyHandler>());
        await using MprpcClient client = host.CreateClient();
        await client.LogInAsync("alice");

        string? before = await client.CodeOfAsync("user");
        mood.IsBad = true;
        string? after = await client.CodeOfAsync("user");

        Assert.Equal((null, Forbidden), (before, after));
    }

    [Fact]
    public async Task Refusal_BeforeTheParamsAreLookedAt_SaysNothingOfThem()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>(options => options.AddPolicy("adult", policy => policy.RequireClaim("age")));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 a5 61646d696e 93 01 02 03");      // admin takes none
        await peer.SendAsync("94 00 01 a5 61646d696e 90");
        List<string> answers = await peer.ReadMessagesAsync(2);

        Assert.Equal(answers[0], answers[1]);
        MessagePattern.AssertMatches("""94 01 01 "unauthenticated: Log in first." c0""", answers[0]);
    }

    [Fact]
    public async Task Notification_ThatIsRefused_DoesNotRunAndIsNotAnswered()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Counting>(services: services => services.AddSingleton<Counting>());
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("93 02 a5 636f756e74 90");
        await peer.AssertOpenAsync();

        Assert.Equal(0, host.App.Services.GetRequiredService<Counting>().Count);
    }

    [MprpcService]
    public interface IContract
    {
        [Authorize(Roles = "admin")]
        void OfInterface();

        void OfClass();

        void Open();

        [AllowAnonymous]
        void Anyone();

        [Authorize]
        void User();

        [Authorize(Roles = "admin")]
        void Admin();

        [Authorize("adult")]
        void Adult();

        [Authorize(AuthenticationSchemes = CertificateHandler.Name)]
        void OtherScheme();

        [Authorize(AuthenticationSchemes = TokenHandler.Name)]
        void SameScheme();
    }

    private sealed class Service : IContract
    {
        public void OfInterface()
        {
        }

        [Authorize(Roles = "admin")]
        public void OfClass()
        {
        }

        public void Open()
        {
        }

        public void Anyone()
        {
        }

        public void User()
        {
        }

        public void Admin()
        {
        }

        public void Adult()
        {
        }

        public void OtherScheme()
        {
        }

        public void SameScheme()
        {
        }
    }

    private sealed class Plain
    {
        public void Run()
        {
        }

        [AllowAnonymous]
        public void Ping()
        {
        }
    }

    [Authorize("by_method")]
    private sealed class Resourceful
    {
        public void NamedSo()
        {
        }

        public void Otherwise()
        {
        }
    }

    private sealed class Attributed
    {
        [NeedsMethod("right")]
        public void Right()
        {
        }

        [NeedsMethod("right")]
        public void Wrong()
        {
        }
    }

    private sealed class Counting
    {
        public int Count { get; private set; }

        public int Sum(int x, int y) => x + y;

        [Authorize]
        [MprpcMethod("count")]
        public void CountUp() => Count++;
    }

    private sealed record MethodRequirement(string Method) : IAuthorizationRequirement;

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NeedsMethodAttribute(string method) : Attribute, IAuthorizationRequirementData
    {
        public IEnumerable<IAuthorizationRequirement> GetRequirements() => [new MethodRequirement(method)];
    }

    private sealed class Seen;

    private sealed class MethodHandler(Seen seen) : AuthorizationHandler<MethodRequirement>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, MethodRequirement requirement)
        {
            // The handler and the call have one scope.
            if (context.Resource is MprpcCallContext call && call.Method == requirement.Method && call.Services.GetRequiredService<Seen>() == seen)
            {
                context.Succeed(requirement);
            }

            return Task.CompletedTask;
        }
    }

    private sealed class Mood
    {
        public bool IsBad { get; set; }
    }

    private sealed class MoodyHandler(Mood mood) : IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context)
        {
            if (mood.IsBad)
            {
                context.Fail();
            }

            return Task.CompletedTask;
        }
    }
}
