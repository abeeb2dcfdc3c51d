using System.Collections.Concurrent;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;
using static Mprpc.AspNetCore.Tests.Security.Kit.CallsWithCredentials;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>Calls that bring a credential are its user's, where the endpoint allows it, and no other call is.</summary>
public sealed class CallCredentialTests
{
    [Fact]
    public async Task Call_WithACredential_IsItsUsersAndTheConnectionStaysWhoseItWas()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = host.CreateExtendedClient();

        string[] anonymous = [await WhoAsync(client, "alice"), await client.CallAsync<string>("who").InTime(), await OwnerAsync(client, "alice")];
        await client.LogInAsync("bob");
        string[] loggedIn = [await WhoAsync(client, "alice"), await client.CallAsync<string>("who").InTime(), await OwnerAsync(client, "alice")];

        Assert.Equal(["alice", "", ""], anonymous);
        Assert.Equal(["alice", "bob", "bob"], loggedIn);
    }

    [Fact]
    public async Task Calls_OfSeveralUsersAtOnce_AreEachTheirUsers()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = host.CreateExtendedClient();
        await client.LogInAsync("bob;role=login");
        string[] tokens = [.. Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? "" : $"{(i % 3 == 1 ? "alice" : "bob")};role={i % 20}")];

        string[] seen = await Task.WhenAll(tokens.Select(token
            => client.CallAsync<string>("user_and_roles_later", token.Length == 0 ? default : As(token)).AsTask())).InTime();

        Assert.Equal(tokens.Select(token => token.Length == 0 ? "bob;role=login" : token), seen);
    }

    [Fact]
    public async Task Policy_OfACall_LooksAtTheCallsUserAlsoOnceItsVerdictIsKept()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = host.CreateExtendedClient();
        await client.LogInAsync("bob;role=admin");
        List<string?> codes = [];

        for (int i = 0; i < 3; i++)
        {
            codes.Add(await client.CodeOfAsync("admin", As("alice")));
            codes.Add(await client.CodeOfAsync("admin", As("alice;role=admin")));
            codes.Add(await client.CodeOfAsync("admin"));
        }

        Assert.Equal(Enumerable.Repeat(new[] { "forbidden", null, null }, 3).SelectMany(each => each), codes);
    }

    [Theory]
    [InlineData("Bearer mallory")]
    [InlineData("Bearer throws")]
    [InlineData("Bearer alice;seconds=0")]
    [InlineData("Bearer ")]
    [InlineData("Bearer")]
    [InlineData("Basic alice")]
    [InlineData("alice")]
    [InlineData("")]
    public async Task Call_WithACredentialThatIsNone_IsRefusedAlsoWhereAnyoneMayCallAndInNoLog(string value)
    {
        await using RpcHost host = await StartAsync(server => server.IncludeLogScopes = true);
        await using MprpcClient client = host.CreateExtendedClient();
        await client.LogInAsync("bob;role=admin");

        string?[] codes =
        [
            await client.CodeOfAsync("who", With(value)), await client.CodeOfAsync("admin", With(value)), await client.CodeOfAsync("nosuch", With(value)),
            await client.CodeOfAsync("open", With(value)), await client.CodeOfAsync("who"),
        ];

        Assert.Equal(["unauthenticated", "unauthenticated", "unauthenticated", "unauthenticated", null], codes);
        string token = value.Length > 7 ? value[7..] : "(none)";
        Assert.DoesNotContain(
            host.Log.Entries,
            entry => !entry.Category.EndsWith(nameof(TokenHandler), StringComparison.Ordinal)
                && $"{entry.Message} {entry.Exception}".Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Method_ForAnyone_SeesTheUserOfItsCall()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = host.CreateExtendedClient();

        Assert.Equal("alice", await client.CallAsync<string>("open", As("alice")).InTime());
    }

    [Fact]
    public async Task Policy_ThatNamesTheScheme_SeesTheUserOfItsCall()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = host.CreateExtendedClient();
        await client.LogInAsync("bob");

        string[] names = [await client.CallAsync<string>("by_scheme", As("alice")).InTime(), await client.CallAsync<string>("by_scheme").InTime()];

        Assert.Equal(["alice", "bob"], names);
    }

    [Fact]
    public async Task Method_WithoutAContext_RunsOnlyWithACredentialThatIsGood()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = host.CreateExtendedClient();

        Assert.Equal((null, "unauthenticated"), (await client.CodeOfAsync("bare", As("alice")), await client.CodeOfAsync("bare", As("mallory"))));
    }

    [Fact]
    public async Task HttpContext_OfARateLimiterPolicy_HasTheUserOfTheCall()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = host.CreateExtendedClient();
        await client.LogInAsync("bob");

        await client.CodeOfAsync("limited", As("alice"));
        await client.CodeOfAsync("limited", As("mallory"));
        await client.CodeOfAsync("limited");

        Assert.Equal(["alice", "bob"], host.App.Services.GetRequiredService<Names>());
    }

    [Fact]
    public async Task Notification_WithACredential_RunsAsItsUserAndIsDroppedWhereThatIsRefused()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer peer = await host.DialAsync();
        var names = host.App.Services.GetRequiredService<Names>();

        await peer.SendAsync(Notification("Bearer mallory", "note") + Notification("Bearer alice", "note") + $"94 00 01 {Text("open")} 90");
        await peer.ReadMessageAsync();
        await Bounded.Until(() => !names.IsEmpty, "the notification");

        Assert.Equal(["alice"], names);
    }

    [Fact]
    public async Task UserOfACall_ThatACallChanges_IsTheSameForTheNextCall()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = host.CreateExtendedClient();

        await client.CallAsync("elevate", As("alice")).InTime();

        Assert.Equal("forbidden", await client.CodeOfAsync("admin", As("alice")));
    }

    [Fact]
    public async Task Scheme_OfManyCalls_IsAskedOnceAConnectionForEachCredential()
    {
        var counter = new CountingTransformation();
        await using RpcHost host = await StartAsync(services: services => services.AddSingleton<IClaimsTransformation>(counter));
        await using MprpcClient client = host.CreateExtendedClient();
        await using MprpcClient other = host.CreateExtendedClient();

        for (int i = 0; i < 3; i++)
        {
            await WhoAsync(client, "alice");
            await WhoAsync(client, "bob");
        }

        int ofOne = counter.Count;
        await WhoAsync(other, "alice");

        Assert.Equal((2, 3), (ofOne, counter.Count));
    }

    [Fact]
    public async Task Scheme_ThatKnowsTheCallerWithoutTheCredential_MakesNobodyOfIt()
    {
        await using RpcHost host = await StartAsync(
            server => server.Authentication.Schemes.Add(TokenHandler.Name),
            services => services.AddAuthentication(options => options.DefaultAuthenticateScheme = AnyoneHandler.Name)
                .AddScheme<AuthenticationSchemeOptions, AnyoneHandler>(AnyoneHandler.Name, _ => { }));
        await using MprpcClient client = host.CreateExtendedClient();

        string? code = await client.CodeOfAsync("who", As("mallory"));
        string who = await WhoAsync(client, "alice");

        Assert.Equal(("unauthenticated", "alice"), (code, who));
        Assert.Contains(AnyoneHandler.Name, (await host.Log.WaitForAsync(158)).Message, StringComparison.Ordinal);
    }

    private static Task<RpcHost> StartAsync(Action<MprpcServerOptions>? server = null, Action<IServiceCollection>? services = null)
        => SecuredHost.StartAsync<Service>(
            server: server,
            endpoint: options => options.AllowCallCredentials = true,
            services: all =>
            {
                all.AddSingleton<Names>();
                all.AddRateLimiter(options => options.AddPolicy("seen", context =>
                {
                    context.RequestServices.GetRequiredService<Names>().Enqueue(context.User.Identity!.Name!);
                    return RateLimitPartition.GetNoLimiter("all");
                }));
                services?.Invoke(all);
            });

    private static Task<string> WhoAsync(MprpcClient client, string token) => client.CallAsync<string>("who", As(token)).InTime();

    private static Task<string> OwnerAsync(MprpcClient client, string token) => client.CallAsync<string>("owner", As(token)).InTime();

    private sealed class Names : ConcurrentQueue<string>;

    private sealed class CountingTransformation : IClaimsTransformation
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
        {
            Interlocked.Increment(ref _count);
            return Task.FromResult(principal);
        }
    }

    private sealed class Service(Names names)
    {
        public string Who(MprpcCallContext call) => NameOf(call.User);

        public string Owner(MprpcCallContext call) => NameOf(call.Connection.User);

        public async Task<string> UserAndRolesLater(MprpcCallContext call)
        {
            string before = UserAndRoles(call);
            await Task.Yield();
            return before == UserAndRoles(call) ? before : "changed";
        }

        public void Note(MprpcCallContext call) => names.Enqueue(NameOf(call.User));

        public void Elevate(MprpcCallContext call) => ((ClaimsIdentity)call.User.Identity!).AddClaim(new Claim(ClaimTypes.Role, "admin"));

        public int Bare() => 1;

        [AllowAnonymous]
        public string Open(MprpcCallContext call) => NameOf(call.User);

        [Authorize(AuthenticationSchemes = TokenHandler.Name)]
        public string ByScheme(MprpcCallContext call) => NameOf(call.User);

        [EnableRateLimiting("seen")]
        public void Limited()
        {
        }

        [Authorize(Roles = "admin")]
        public void Admin()
        {
        }

        private static string UserAndRoles(MprpcCallContext call)
            => string.Join(";role=", call.User.FindAll(ClaimTypes.Role).Select(claim => claim.Value).Prepend(NameOf(call.User)));

        private static string NameOf(ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.Name) ?? "";
    }
}
