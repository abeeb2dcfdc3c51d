using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>Endpoints that require login: what a stranger may, and what it learns.</summary>
public sealed class RequiredLoginTests
{
    private const int ProtocolViolation = 3;
    private const string Alice = "ae 242f61757468656e746963617465 92 a5 546f6b656e a5 616c696365";
    private const string AliceForAMinute = "ae 242f61757468656e746963617465 92 a5 546f6b656e b0 616c6963653b7365636f6e64733d3630";

    // Calls of: a method that is there, with wrong params, for admins, for anyone, hidden, private, unknown, empty, no name, no params.
    private static readonly string[] Calls =
    [
        "a373756d 92 01 02", "a373756d 91 a178", "a5 61646d696e 90", "a4 70696e67 90", "a6 68696464656e 90", "a6 736563726574 90", "a6 6e6f73756368 90",
        "a0 90", "05 90", "a373756d 05",
    ];

    [Fact]
    public async Task Call_OfAStranger_GetsTheSameBytesInTheSameOrderWhateverItNames()
    {
        await using RpcHost host = await StartAsync(options => options.Authentication.MaxCallsInFlightBeforeLogin = 100);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(string.Concat(Calls.Select((call, i) => $"94 00 {i:x2} {call} ")));
        List<string> answers = await peer.ReadMessagesAsync(Calls.Length);

        for (int i = 0; i < Calls.Length; i++)
        {
            MessagePattern.AssertMatches($"""94 01 {i:x2} "unauthenticated: Log in first." c0""", answers[i]);
        }
    }

    [Theory]
    [InlineData("80")]
    [InlineData("81 a7 74696d656f7574 cd2710")]
    [InlineData("81 a4 6d657461 81 a1 78 a1 79")]
    public async Task Call_WithOptions_OfAStrangerAndOfAUser_GetsTheBytesOfAPlainCallWhateverItNames(string options)
    {
        await using RpcHost host = await StartAsync(server => server.Authentication.MaxCallsInFlightBeforeLogin = 100);
        await using RawPeer stranger = await host.DialAsync();
        await using RawPeer user = await host.DialAsync();
        await user.SendAsync($"94 00 01 {Alice}");
        await user.ReadMessageAsync();
        string[] forbidden = ["a561646d696e 90", "a561646d696e 91 01", "a6 6e6f73756368 90", "a6 68696464656e 90", "a6 736563726574 90"];

        await stranger.SendAsync(string.Concat(Calls.Select(call => $"94 00 07 a6 242f63616c6c 93 {options} {call} 94 00 07 {call} ")));
        await user.SendAsync(string.Concat(forbidden.Select(call => $"94 00 07 a6 242f63616c6c 93 {options} {call} 94 00 07 {call} ")));
        List<string> ofStranger = await stranger.ReadMessagesAsync(Calls.Length * 2);
        List<string> ofUser = await user.ReadMessagesAsync(forbidden.Length * 2);

        Assert.Single(ofStranger.Distinct());
        Assert.Single(ofUser.Distinct());
    }

    [Fact]
    public async Task Hello_BeforeTheLogin_TellsWhatMayBeSentAfterIt()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 00 a7 242f68656c6c6f 92 01 80");
        string answer = await peer.ReadMessageAsync();

        Assert.StartsWith("940100c09201", answer, StringComparison.Ordinal);
        Assert.Contains("a473697a65ce00400000", answer, StringComparison.Ordinal);      // size: 4 MiB
        Assert.Contains("a563616c6c73cd03e8", answer, StringComparison.Ordinal);        // calls: 1,000
    }

    [Fact]
    public async Task Login_AfterTheLimitsHaveChanged_GivesWhatHelloHasPromised()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer old = await host.DialAsync();
        await old.SendAsync("94 00 00 a7 242f68656c6c6f 92 01 80");
        string promised = await old.ReadMessageAsync();     // 4 MiB

        host.App.Configuration["Mprpc:Limits:MaxMessageSize"] = "1024";
        ((IConfigurationRoot)host.App.Configuration).Reload();
        await using RawPeer young = await host.DialAsync();
        await young.SendAsync("94 00 00 a7 242f68656c6c6f 92 01 80");
        string told = await young.ReadMessageAsync();
        await LogInAndSendAsync(old);
        await LogInAndSendAsync(young);

        Assert.Contains("a473697a65ce00400000", promised, StringComparison.Ordinal);
        Assert.Contains("a473697a65cd0400", told, StringComparison.Ordinal);
        Assert.StartsWith("940102c0", await old.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal("", await young.ReadToAnyEndAsync());

        static async Task LogInAndSendAsync(RawPeer peer)
        {
            await peer.SendAsync($"94 00 01 {Alice}");
            Assert.Equal("940101c0c0", await peer.ReadMessageAsync());
            await peer.SendAsync("94 00 02 a6 6c656e677468 91 c5 0800");
            await peer.SendAsync(new byte[0x800]);
        }
    }

    [Fact]
    public async Task Call_OfAUser_OfAnUnknownOrAForbiddenMethod_GetsTheSameBytes()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync($"94 00 01 {Alice}");
        await peer.ReadMessageAsync();

        // Each twice, since a verdict may have been kept.
        string[] calls = ["a561646d696e 90", "a561646d696e 91 01", "a6 6e6f73756368 90", "a6 68696464656e 90", "a6 736563726574 90"];
        await peer.SendAsync(string.Concat(calls.Concat(calls).Select(call => $"94 00 07 {call} ")));
        List<string> answers = await peer.ReadMessagesAsync(calls.Length * 2);

        Assert.Single(answers.Distinct());
        MessagePattern.AssertMatches("""94 01 07 "forbidden: There is no such method, or it is not for this user." c0""", answers[0]);
        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task CallsSentBehindTheLogin_WaitForItAndAreTheUsers()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"94 00 01 {Alice} 94 00 02 SUM 94 00 03 SUM");

        Assert.Equal(["940101c0c0", "940102c003", "940103c003"], await peer.ReadMessagesAsync(3));
    }

    [Fact]
    public async Task Message_LargerThanBeforeLogin_ClosesAStrangersConnectionAndNotAUsers()
    {
        const string LengthOf = "94 00 02 a6 6c656e677468 91 c5 0400";
        await using RpcHost host = await StartAsync(options => options.Authentication.MaxMessageSizeBeforeLogin = 1024);
        await using RawPeer stranger = await host.DialAsync();
        await using RawPeer user = await host.DialAsync();

        await stranger.SendAsync(LengthOf);
        await stranger.ReadToAnyEndAsync();
        await user.SendAsync($"94 00 01 {Alice}");
        await user.ReadMessageAsync();
        await user.SendAsync(LengthOf + Hex.Repeat("00", 1024));

        Assert.Contains(
            "MprpcServerOptions.Authentication.MaxMessageSizeBeforeLogin", (await host.Log.WaitForAsync(ProtocolViolation)).Message, StringComparison.Ordinal);
        Assert.Equal("940102c0cd0400", await user.ReadMessageAsync());
    }

    [Fact]
    public async Task Peer_ThatHasNotLoggedInAtTheDeadline_LosesItsConnectionAndAUserDoesNot()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        await using RawPeer stranger = await host.DialAsync();
        await using RawPeer user = await host.DialAsync();
        await stranger.SendAsync("94 00 01 SUM");
        await stranger.ReadMessageAsync();
        await user.SendAsync($"94 00 01 {Alice}");
        await user.ReadMessageAsync();

        clock.Advance(TimeSpan.FromSeconds(10));
        await stranger.ReadToAnyEndAsync();

        await user.AssertOpenAsync();
        Assert.Contains("MprpcServerOptions.Authentication.LoginTimeout", (await host.Log.WaitForAsync(ProtocolViolation)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CredentialOfAUser_AtItsEnd_MakesItAStrangerAgain()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        await using MprpcClient client = host.CreateClient();
        await client.LogInAsync("alice;seconds=60");

        string? before = await client.CodeOfAsync("ping");
        clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal((null, "unauthenticated", "unauthenticated"), (before, await client.CodeOfAsync("ping"), await client.CodeOfAsync("nosuch")));
    }

    [Fact]
    public async Task Calls_OfStrangersAndForbiddenUsers_TakeNoPermitAndGetTheSameBytesWhateverIsLimited()
    {
        await using RpcHost host = await StartLimitedAsync();
        await using RawPeer peer = await host.DialAsync();
        string[] calls = ["a7 6c696d69746564 90", "a7 6c696d69746564 90", "a6 6e6f73756368 90", "a8 7468726f77696e67 90", "a4 736c6f77 90"];

        await peer.SendAsync(string.Concat(calls.Select(call => $"94 00 07 {call} ")));
        List<string> ofStranger = await peer.ReadMessagesAsync(calls.Length);
        await peer.SendAsync($"94 00 01 {Alice}");
        string login = await peer.ReadMessageAsync();
        await peer.SendAsync(string.Concat(calls.Select(call => $"94 00 07 {call} ")));
        List<string> ofUser = await peer.ReadMessagesAsync(calls.Length);

        Assert.Equal("940101c0c0", login);
        MessagePattern.AssertMatches("""94 01 07 "unauthenticated: Log in first." c0""", Assert.Single(ofStranger.Distinct()));
        MessagePattern.AssertMatches("""94 01 07 "forbidden: There is no such method, or it is not for this user." c0""", Assert.Single(ofUser.Distinct()));
    }

    [Fact]
    public async Task Permits_OfAUser_AreNotUsedUpByStrangers()
    {
        await using RpcHost host = await StartLimitedAsync();
        await using MprpcClient stranger = host.CreateClient();
        await using MprpcClient admin = host.CreateClient();
        await stranger.CodeOfAsync("limited");
        await stranger.CodeOfAsync("limited");
        await admin.LogInAsync("bob;role=admin");

        Assert.Equal((null, "rate_limited"), (await admin.CodeOfAsync("limited"), await admin.CodeOfAsync("limited")));
    }

    [Fact]
    public async Task Policy_ThatThrows_IsSaidInTheLog()
    {
        await using RpcHost host = await StartLimitedAsync();
        await using MprpcClient client = host.CreateClient();
        await client.LogInAsync("alice");

        string? code = await client.CodeOfAsync("throwing");

        Assert.Equal("forbidden", code);
        Assert.Equal("The policy throws.", (await host.Log.WaitForAsync(156)).Exception!.Message);
    }

    [Fact]
    public async Task Credential_AtItsEnd_BringsTheLimitsAndTheDeadlineOfAStrangerBack()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(
            options => options.Authentication.MaxMessageSizeBeforeLogin = 1024, services => services.AddSingleton<TimeProvider>(clock));
        await using RawPeer large = await host.DialAsync();
        await using RawPeer silent = await host.DialAsync();
        await using RawPeer again = await host.DialAsync();

        foreach (RawPeer peer in new[] { large, silent, again })
        {
            await peer.SendAsync($"94 00 01 {AliceForAMinute}");
            await peer.ReadMessageAsync();
        }

        clock.Advance(TimeSpan.FromSeconds(60));
        await large.SendAsync("94 00 02 a6 6c656e677468 91 c5 0400" + Hex.Repeat("00", 1024));
        await large.ReadToAnyEndAsync();
        await again.SendAsync($"94 00 01 {Alice}");
        await again.ReadMessageAsync();
        clock.Advance(TimeSpan.FromSeconds(10));
        await silent.ReadToAnyEndAsync();

        await again.AssertOpenAsync();
        await again.SendAsync("94 00 02 a6 6c656e677468 91 c5 0400" + Hex.Repeat("00", 1024));
        Assert.Equal("940102c0cd0400", await again.ReadMessageAsync());
    }

    private static Task<RpcHost> StartLimitedAsync()
        => SecuredHost.StartAsync<LimitedService>(
            options =>
            {
                options.AddPolicy("throwing", policy => policy.RequireAssertion(bool (_) => throw new InvalidOperationException("The policy throws.")));
                options.AddPolicy("slow", policy => policy.RequireAssertion(async context =>
                {
                    // Until the caller has been told that its call took too long, if it is; else the verdict is the answer.
                    await Task.WhenAny(
                        Task.Delay(Timeout.Infinite, ((MprpcCallContext)context.Resource!).CancellationToken), Task.Delay(TimeSpan.FromMilliseconds(300)));
                    return false;
                }));
            },
            options => options.Authentication.MaxCallsInFlightBeforeLogin = 100,
            options => options.RequireAuthentication = true,
            services => services.AddRateLimiter(options => options.AddFixedWindowLimiter("one", one =>
            {
                one.PermitLimit = 1;
                one.Window = TimeSpan.FromHours(1);
            })));

    private static Task<RpcHost> StartAsync(Action<MprpcServerOptions>? server = null, Action<IServiceCollection>? services = null)
        => SecuredHost.StartAsync<Service>(server: server, endpoint: options => options.RequireAuthentication = true, services: services);

    private sealed class Service
    {
        public int Sum(int x, int y) => x + y;

        public int Length(byte[] bytes) => bytes.Length;

        [AllowAnonymous]
        public void Ping()
        {
        }

        [Authorize(Roles = "admin")]
        public void Admin()
        {
        }

        [MprpcIgnore]
        public void Hidden() => Secret();

        private void Secret()
        {
        }
    }

    private sealed class LimitedService
    {
        [Authorize(Roles = "admin")]
        [EnableRateLimiting("one")]
        public void Limited()
        {
        }

        [Authorize("throwing")]
        public void Throwing()
        {
        }

        [Authorize("slow")]
        [MprpcMethod(TimeoutMilliseconds = 1)]
        public void Slow()
        {
        }
    }
}
