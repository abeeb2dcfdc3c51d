using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.Security.Kit;
using static Mprpc.AspNetCore.Tests.Security.Kit.CallsWithCredentials;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>Calls whose credential a scheme takes its time for, and connections whose peers never log in.</summary>
public sealed class CallCredentialWaitTests
{
    private const string Cancel = "93 02 a8 242f63616e63656c 91";

    [Fact]
    public async Task Scheme_ThatTakesItsTime_HoldsNoOtherCallUp()
    {
        var gate = new GatedHandler.Gate();
        await using RpcHost host = await StartAsync(gate);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(Request(1, "Bearer alice", "ping") + $"94 00 02 {Text("ping")} 90");
        string first = await peer.ReadMessageAsync();
        gate.Opened.SetResult();

        Assert.Equal("940102c001", first);
        Assert.Equal("940101c001", await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task Call_ThatIsCancelledWhileItsSchemeWaits_IsAnsweredSo()
    {
        var gate = new GatedHandler.Gate();
        await using RpcHost host = await StartAsync(gate);
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync(Request(1, "Bearer alice", "ping"));
        await Bounded.Until(() => gate.Entered == 1, "the scheme");

        await peer.SendAsync($"{Cancel} 01");

        MessagePattern.AssertMatches("""94 01 01 "cancelled: The call was cancelled." c0""", await peer.ReadMessageAsync());
    }

    [Theory]
    [InlineData("ping")]
    [InlineData("nosuch")]
    public async Task Call_WhoseTimeIsOverWhileItsSchemeWaits_IsToldSoAndNothingOfItsMethod(string method)
    {
        var clock = new FakeTimeProvider();
        var gate = new GatedHandler.Gate { HeedsCancellation = false };
        await using RpcHost host = await StartAsync(gate, services: services => services.AddSingleton<TimeProvider>(clock));
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync(Request(1, $"81 {Text(Key)} {Text("Bearer alice")}", method, options: 2, rest: $"{Text("timeout")} cd 03e8"));
        await Bounded.Until(() => gate.Entered == 1, "the scheme");

        Task<string> answer = peer.ReadMessageAsync();
        await clock.AdvanceUntilAsync(TimeSpan.FromMilliseconds(100), answer, "the answer");
        gate.Opened.SetResult();

        MessagePattern.AssertMatches("""94 01 01 "timeout: The call took longer than it may." c0""", await answer);
    }

    [Fact]
    public async Task Scheme_ThatDoesNotAnswer_IsGivenUpAfterTheLoginTimeout()
    {
        var clock = new FakeTimeProvider();
        var gate = new GatedHandler.Gate { HeedsCancellation = false };
        await using RpcHost host = await StartAsync(gate, services: services => services.AddSingleton<TimeProvider>(clock));
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync(Request(1, "Bearer alice", "ping"));

        Task<string> answer = peer.ReadMessageAsync();
        await clock.AdvanceUntilAsync(TimeSpan.FromSeconds(1), answer, "the answer");
        gate.Opened.SetResult();

        MessagePattern.AssertMatches("""94 01 01 "unauthenticated: The credential was refused." c0""", await answer);
        Assert.NotNull(await host.Log.WaitForAsync(154));
    }

    [Fact]
    public async Task Call_CancelledWhileItsSchemeHeedsThatNot_KeepsItsPlaceUntilTheSchemeHasEnded()
    {
        var gate = new GatedHandler.Gate { HeedsCancellation = false };
        await using RpcHost host = await StartAsync(gate, server: options => options.Limits.MaxCallsInFlightPerConnection = 2);
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync(Request(1, "Bearer alice", "ping") + Request(2, "Bearer alice", "ping"));
        await Bounded.Until(() => gate.Entered == 2, "the scheme");

        await peer.SendAsync($"{Cancel} 01 {Cancel} 02");
        await peer.ReadMessagesAsync(2);
        await peer.SendAsync(Request(3, "Bearer alice", "ping") + $"94 00 04 {Text("$/ping")} 90");
        string ping = await peer.ReadMessageAsync();
        int entered = gate.Entered;
        gate.Opened.SetResult();

        Assert.Equal(("940104c0c0", 2), (ping, entered));
        Assert.Equal("940103c001", await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task Connection_ThatEndsWhileASchemeWaits_EndsTheCall()
    {
        var gate = new GatedHandler.Gate();
        await using RpcHost host = await StartAsync(gate);

        await using (RawPeer peer = await host.DialAsync())
        {
            await peer.SendAsync(Request(1, "Bearer alice", "ping"));
            await Bounded.Until(() => gate.Entered == 1, "the scheme");
            peer.Reset();
        }

        var server = host.App.Services.GetRequiredService<IMprpcServer>();
        await Bounded.Until(() => server.Connections.Count == 0, "the end");
    }

    [Fact]
    public async Task Peer_WhoseCallsBringCredentials_IsNoStrangerAsLongAsTheyAreValid()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await SecuredHost.StartAsync<Service>(
            server: options => options.Authentication.MaxMessageSizeBeforeLogin = 512,
            endpoint: Require,
            services: services => services.AddSingleton<TimeProvider>(clock));
        await using RawPeer stranger = await host.DialAsync();
        await using RawPeer refused = await host.DialAsync();
        await using RawPeer known = await host.DialAsync();
        await refused.SendAsync(Request(1, "Bearer mallory", "ping"));
        await refused.ReadMessageAsync();
        await known.SendAsync(Request(1, "Bearer alice;seconds=60", "ping"));
        await known.ReadMessageAsync();

        clock.Advance(TimeSpan.FromSeconds(10));
        await stranger.ReadToAnyEndAsync();
        await refused.ReadToAnyEndAsync();
        await known.SendAsync(Request(2, "Bearer mallory" + new string('x', 1000), "ping"));
        string large = await known.ReadMessageAsync();
        clock.Advance(TimeSpan.FromSeconds(50));
        await known.SendAsync($"94 00 03 {Text("ping")} 90");
        string again = await known.ReadMessageAsync();
        clock.Advance(TimeSpan.FromSeconds(10));
        await known.ReadToAnyEndAsync();

        MessagePattern.AssertMatches("""94 01 03 "unauthenticated: Log in first." c0""", again);
        MessagePattern.AssertMatches("""94 01 02 "unauthenticated: The credential was refused." c0""", large);
    }

    private static Task<RpcHost> StartAsync(GatedHandler.Gate gate, Action<MprpcServerOptions>? server = null, Action<IServiceCollection>? services = null)
        => SecuredHost.StartAsync<Service>(
            server: server,
            endpoint: options => options.AllowCallCredentials = true,
            services: all =>
            {
                GatedHandler.Add(all, gate);
                services?.Invoke(all);
            });

    private static void Require(MprpcEndpointOptions options)
    {
        options.RequireAuthentication = true;
        options.AllowCallCredentials = true;
    }

    private sealed class Service
    {
        public int Ping() => 1;
    }
}
