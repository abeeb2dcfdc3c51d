using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>Endpoints that require login: what a stranger may, and what it learns.</summary>
public sealed class RequiredLoginTests
{
    private const int ProtocolViolation = 3;
    private const string Alice = "ae 242f61757468656e746963617465 92 a5 546f6b656e a5 616c696365";

    // Calls of: a method that is there, with wrong params, for admins, for anyone, hidden, private, unknown, empty, no name, no params.
    private static readonly string[] Calls =
    [
        "a373756d 92 01 02", "a373756d 91 a178", "a5 61646d696e 90", "a4 70696e67 90", "a6 68696464656e 90", "a6 736563726574 90", "a6 6e6f73756368 90", "a0 90", "05 90", "a373756d 05",
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

        Assert.Contains("MprpcServerOptions.Authentication.MaxMessageSizeBeforeLogin", (await host.Log.WaitForAsync(ProtocolViolation)).Message, StringComparison.Ordinal);
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
}
