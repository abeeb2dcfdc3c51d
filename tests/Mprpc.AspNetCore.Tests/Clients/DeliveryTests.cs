using Mprpc.AspNetCore.Tests.Clients.Kit;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Clients;

/// <summary>Whom a notification for many reaches.</summary>
public sealed class DeliveryTests
{
    // [2, "screen.show", ["a"]]
    private const string ShowA = "9302ab73637265656e2e73686f7791a161";

    // [2, "$/call", [{"meta": {"tenant": "x"}}, "screen.show", ["a"]]]
    private const string ShowAOfTenant = "9302a6242f63616c6c9381a46d65746181a674656e616e74a178ab73637265656e2e73686f7791a161";

    [Fact]
    public async Task Targets_Each_ReachTheirClientsAlone()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        var (ann, bob, carl) = (new Screen("ann"), new Screen("bob"), new Screen("carl"));
        (MprpcClient a, string idOfAnn) = await host.JoinAsync(ann, groups: ["eu"]);
        (MprpcClient b, _) = await host.JoinAsync(bob, groups: ["eu", "us"]);
        (MprpcClient c, string idOfCarl) = await host.JoinAsync(carl, groups: ["us"]);
        await using MprpcClient ownedA = a, ownedB = b, ownedC = c;
        IMprpcClients<IScreen> clients = host.Clients();

        clients.All.Show("all");
        clients.AllExcept(idOfAnn, "nobody").Show("but ann");
        clients.Group("eu").Show("eu");
        clients.Group("eu", "us", "none").Show("both");
        clients.Group("none").Show("none");
        clients.Single(idOfCarl).Show("carl");
        clients.Notify(MprpcTarget.Group("us"), "screen.show", "untyped");
        clients.All.Show("end");

        Assert.Equal(["all", "eu", "both", "end"], await ann.ShownAsync(4));
        Assert.Equal(["all", "but ann", "eu", "both", "untyped", "end"], await bob.ShownAsync(6));
        Assert.Equal(["all", "but ann", "both", "carl", "untyped", "end"], await carl.ShownAsync(6));
    }

    [Fact]
    public async Task Group_AfterRemove_IsNotReachedAndTheGroupIsLeftWithTheConnection()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        var (ann, bob) = (new Screen("ann"), new Screen("bob"));
        (MprpcClient a, string idOfAnn) = await host.JoinAsync(ann, groups: ["eu"]);
        (MprpcClient b, string idOfBob) = await host.JoinAsync(bob, groups: ["eu"]);
        await using MprpcClient ownedA = a;
        IMprpcClients<IScreen> clients = host.Clients();

        await b.DisposeAsync();
        await host.UntilReachableAsync(1);
        bool isThere = await clients.Groups.AddAsync(idOfBob, "eu").InTime();
        bool isRemoved = await clients.Groups.RemoveAsync(idOfAnn, "eu").InTime();
        clients.Group("eu").Show("eu");
        clients.All.Show("end");

        Assert.Equal((false, true), (isThere, isRemoved));
        Assert.Equal(["end"], await ann.ShownAsync(1));
        Assert.Empty(bob.Shown);
    }

    [Fact]
    public async Task Group_LeftBehindNotifications_GetsThoseAndNoneAfter()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        var screen = new Screen();
        (MprpcClient client, string id) = await host.JoinAsync(screen);
        await using MprpcClient owned = client;
        MprpcConnection connection = host.App.Services.GetRequiredService<IMprpcServer>().Connections.Single(one => one.Id == id);
        IMprpcClients<IScreen> clients = host.Clients();
        List<string> expected = [];

        for (int i = 0; i < 200; i++)
        {
            clients.Groups.Add(connection, "eu");
            clients.Group("eu").Show($"in {i}");
            clients.Groups.Remove(connection, "eu");
            clients.Group("eu").Show($"out {i}");
            expected.Add($"in {i}");
        }

        clients.All.Show("end");
        expected.Add("end");

        string[] shown = await screen.ShownAsync(expected.Count);
        Assert.Equal(expected, shown);
        Assert.Empty(await CountAskedAsync(clients.AskAsync(clients.Group("eu"), one => one.NameAsync(), Bounded.Time)));
    }

    [Fact]
    public async Task All_PlainPeerAndOneWithoutMethods_AreLeftOutAndCounted()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        using var losses = new LossRecorder(host);
        await using RawPeer plain = await host.DialAsync();
        await plain.AssertOpenAsync();
        await using RawPeer reader = await host.DialAsync();
        await reader.SendAsync("94 00 00 a7242f68656c6c6f 92 01 80");
        await reader.ReadMessageAsync();
        await using RawPeer serving = await host.DialWithHelloAsync();

        host.Clients().All.Show("a");

        Assert.Equal(ShowA, await serving.ReadMessageAsync());
        await Bounded.Until(() => losses.Of("not_callable") == 2, "two that were left out");
        await plain.AssertOpenAsync();
        await reader.AssertOpenAsync();
    }

    [Fact]
    public async Task All_EndpointOfNeovim_ReachesPlainPeersAndAsksThem()
    {
        await using RpcHost host = await LobbyHost.StartAsync(endpoint: options => options.UsePeer(MprpcPeer.Neovim));
        await using RawPeer peer = await host.DialAsync();
        await peer.AssertOpenAsync();

        host.Clients().All.Show("a");
        string shown = await peer.ReadMessageAsync();
        ValueTask<bool> asking = host.Clients().Single(host.App.Services.GetRequiredService<IMprpcServer>().Connections[0].Id).ConfirmAsync("x", default);
        string asked = await peer.ReadMessageAsync();
        await peer.SendAsync("94 01 00 c0 c3");

        Assert.Equal([ShowA, "940000ae73637265656e2e636f6e6669726d91a178"], [shown, asked]);
        Assert.True(await asking.InTime());
    }

    [Fact]
    public async Task All_EndpointOfTheOldSpec_GetsItsDialect()
    {
        await using RpcHost host = await LobbyHost.StartAsync(endpoint: options =>
        {
            options.OldSpec = true;
            options.CallsBack = true;
        });
        await using RawPeer peer = await host.DialAsync();
        await peer.AssertOpenAsync();

        host.Clients().Notify(MprpcTarget.All, "b", new byte[] { 1, 2 });
        host.Clients().Notify(MprpcTarget.All, "t", DateTime.UnixEpoch);
        host.Clients().Notify(MprpcTarget.All, "c", 7);

        Assert.Equal(["9302a16291a20102", "9302a1639107"], await peer.ReadMessagesAsync(2));
    }

    [Fact]
    public async Task All_EndpointThatRequiresALogin_LeavesStrangersOut()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Adding>(endpoint: options => options.RequireAuthentication = true);
        using var losses = new LossRecorder(host);
        await using RawPeer peer = await host.DialWithHelloAsync();
        host.Clients().All.Show("secret");
        await Bounded.Until(() => losses.Of("not_callable") == 1, "the pass that leaves the stranger out");

        await peer.SendAsync("94 00 01 ae 242f61757468656e746963617465 92 a5 546f6b656e a5 616c696365");
        string login = await peer.ReadMessageAsync();
        host.Clients().All.Show("a");

        Assert.Equal(["940101c0c0", ShowA], [login, await peer.ReadMessageAsync()]);
    }

    [Fact]
    public async Task User_WhoeverLogsIn_IsReachedByTheName()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Adding>();
        await using RawPeer alice = await host.DialWithHelloAsync();
        await using RawPeer stranger = await host.DialWithHelloAsync();
        host.Clients().User("alice").Show("early");
        await alice.SendAsync("94 00 01 ae 242f61757468656e746963617465 92 a5 546f6b656e a5 616c696365");
        await alice.ReadMessageAsync();

        host.Clients().User("alice").Show("a");
        host.Clients().Users("bob", "alice").Show("a");

        Assert.Equal([ShowA, ShowA], await alice.ReadMessagesAsync(2));
        await stranger.AssertOpenAsync();
    }

    [Fact]
    public async Task User_OfAProviderOfTheApplication_IsReached()
    {
        await using RpcHost host = await LobbyHost.StartAsync(services: mprpc => mprpc.Services.AddSingleton<IMprpcUserIdProvider, ByPort>());
        await using RawPeer peer = await host.DialWithHelloAsync();

        host.Clients().User("someone").Show("a");

        Assert.Equal(ShowA, await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task All_MessageLargerThanAPeerTakes_IsLeftOutThereAlone()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        using var losses = new LossRecorder(host);
        await using RawPeer small = await host.DialAsync();
        await small.SendAsync("94 00 00 a7242f68656c6c6f 92 01 82 a563616c6c7364 a473697a65 cd0400");
        await small.ReadMessageAsync();
        var screen = new Screen();
        (MprpcClient client, _) = await host.JoinAsync(screen);
        await using MprpcClient owned = client;
        string large = new('x', 2000);

        host.Clients().All.Show(large);
        host.Clients().All.Show("a");

        Assert.Equal([large, "a"], await screen.ShownAsync(2));
        Assert.Equal(ShowA, await small.ReadMessageAsync());
        await Bounded.Until(() => losses.Of("too_large") == 1, "the loss, which is counted behind the pass");
    }

    [Fact]
    public async Task All_ManyAtOnceThatAreLeftOut_AreCountedEach()
    {
        const int Rounds = 500;     // what is published while others are told goes out together
        await using RpcHost host = await LobbyHost.StartAsync();
        using var losses = new LossRecorder(host);
        await using RawPeer plain = await host.DialAsync();
        await plain.AssertOpenAsync();
        await using RawPeer small = await host.DialAsync();
        await small.SendAsync("94 00 00 a7242f68656c6c6f 92 01 82 a563616c6c7364 a473697a65 cd0400");
        await small.ReadMessageAsync();
        await host.UntilReachableAsync(1);
        IScreen all = host.Clients().All;
        IScreen withMetadata = all.With(new MprpcCallOptions { Metadata = new() { ["tenant"] = "x" } });
        string large = new('x', 2000);

        for (int i = 0; i < Rounds; i++)
        {
            all.Show(large);
            withMetadata.Show("a");
            all.Show(large);
        }

        all.Show("a");

        Assert.Equal(ShowA, await small.ReadMessageAsync());
        await Bounded.Until(() => losses.Of("not_callable") == (3 * Rounds) + 1, "the losses of the plain peer");
        await Bounded.Until(() => losses.Of("too_large") == 2 * Rounds && losses.Of("no_metadata") == Rounds, "the losses of the small one");
    }

    [Fact]
    public async Task All_MessageLargerThanMayBeSent_ThrowsAndNothingIsSent()
    {
        await using RpcHost host = await LobbyHost.StartAsync(server => server.Limits.MaxSendMessageSize = 1000);
        await using RawPeer peer = await host.DialWithHelloAsync();

        Exception exception = Assert.ThrowsAny<Exception>(() => host.Clients().All.Show(new string('x', 2000)));
        host.Clients().All.Show("a");

        Assert.Contains("1,000", exception.Message, StringComparison.Ordinal);
        Assert.Equal(ShowA, await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task Metadata_ThroughATarget_ReachesThoseThatTakeItAlone()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        using var losses = new LossRecorder(host);
        await using RawPeer taking = await DialTakingMetadataAsync(host);
        await using RawPeer other = await host.DialWithHelloAsync();
        await host.UntilReachableAsync(2);
        var options = new MprpcCallOptions { Metadata = new() { ["tenant"] = "x" } };

        host.Clients().All.With(options).Show("a");
        host.Clients().All.Show("a");

        Assert.Equal(ShowAOfTenant, await taking.ReadMessageAsync());
        Assert.Equal(ShowA, await taking.ReadMessageAsync());
        Assert.Equal(ShowA, await other.ReadMessageAsync());
        await Bounded.Until(() => losses.Of("no_metadata") == 1, "the loss, which is counted behind the pass");
    }

    [Fact]
    public async Task Metadata_ToAHandlerOfAClient_IsInItsContext()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        (MprpcClient client, string id) = await host.JoinAsync(new Screen(), options
            => options.AddHandler("told", (MprpcCallContext call) => seen.SetResult(call.Metadata.GetString("tenant"))));
        await using MprpcClient owned = client;

        host.App.Services.GetRequiredService<IMprpcClients<ITold>>().Single(id).With(new MprpcCallOptions { Metadata = new() { ["tenant"] = "x" } }).Told();

        Assert.Equal("x", await seen.Task.InTime());
    }

    [Fact]
    public async Task Metadata_ToOneClientThatTakesNone_ThrowsThatNothingWasSent()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        await using RawPeer peer = await host.DialWithHelloAsync();
        await host.UntilReachableAsync(1);
        IScreen single = host.Clients().Single(host.App.Services.GetRequiredService<IMprpcServer>().Connections[0].Id);

        NotSupportedException exception = Assert.Throws<NotSupportedException>(
            () => single.With(new MprpcCallOptions { Metadata = new() { ["tenant"] = "x" } }).Show("b"));
        single.Show("a");

        Assert.Contains("7 bytes of metadata (tenant", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was sent", exception.Message, StringComparison.Ordinal);
        Assert.Equal(ShowA, await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task Credential_ThroughATarget_IsRefusedInWords()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        IScreen all = host.Clients().All.With(new MprpcCallOptions { Metadata = new() { ["authorization"] = "Bearer x" } });

        NotSupportedException exception = Assert.Throws<NotSupportedException>(() => all.Show("a"));

        Assert.Contains("credential", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<RawPeer> DialTakingMetadataAsync(RpcHost host)
    {
        RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 00 a7242f68656c6c6f 92 01 82 a563616c6c7364 a46d657461 cd2000");     // [0, 0, "$/hello", [1, {"calls": 100, "meta": 8192}]]
        await peer.ReadMessageAsync();
        return peer;
    }

    private static async Task<List<string>> CountAskedAsync(IAsyncEnumerable<MprpcReply<string>> replies)
    {
        List<string> asked = [];

        await foreach (MprpcReply<string> reply in replies)
        {
            asked.Add(reply.ConnectionId);
        }

        return asked;
    }

    internal sealed class Adding
    {
        public int Sum(int a, int b) => a + b;
    }

    private sealed class ByPort : IMprpcUserIdProvider
    {
        public string? GetUserId(MprpcConnection connection) => connection.RemoteEndPoint is null ? null : "someone";
    }
}
