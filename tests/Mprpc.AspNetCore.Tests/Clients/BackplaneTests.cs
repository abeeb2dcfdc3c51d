using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.Clients.Kit;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Clients;

/// <summary>Two servers of one application, over a backplane that both share.</summary>
public sealed class BackplaneTests
{
    private const string ShowA = "9302ab73637265656e2e73686f7791a161";

    [Fact]
    public async Task Targets_OfBothServers_AreReachedFromEither()
    {
        var backplane = new MprpcMemoryBackplane();
        await using RpcHost one = await StartAsync(backplane);
        await using RpcHost other = await StartAsync(backplane);
        var (ann, bob) = (new Screen("ann"), new Screen("bob"));
        (MprpcClient a, string idOfAnn) = await one.JoinAsync(ann);
        (MprpcClient b, string idOfBob) = await other.JoinAsync(bob);
        await using MprpcClient ownedA = a, ownedB = b;
        IMprpcClients<IScreen> clients = one.Clients();
        Assert.True(await clients.Groups.AddAsync(idOfAnn, "eu").InTime());
        Assert.True(await clients.Groups.AddAsync(idOfBob, "eu").InTime());

        clients.All.Show("all");
        clients.Group("eu").Show("eu");
        clients.Group("eu", "us").Show("both");
        clients.AllExcept(idOfBob).Show("but bob");
        clients.Single(idOfBob).Show("bob");
        Assert.True(await clients.Groups.RemoveAsync(idOfBob, "eu").InTime());
        clients.Group("eu").Show("eu again");
        clients.All.Show("end");

        Assert.Equal(["all", "eu", "both", "but bob", "eu again", "end"], await ann.ShownAsync(6));
        Assert.Equal(["all", "eu", "both", "bob", "end"], await bob.ShownAsync(5));
    }

    [Fact]
    public async Task Metadata_ToClientsOfTheOtherServer_ReachesThoseThatTakeIt()
    {
        var backplane = new MprpcMemoryBackplane();
        await using RpcHost one = await StartAsync(backplane);
        await using RpcHost other = await StartAsync(backplane);
        using var losses = new LossRecorder(other);
        await using RawPeer taking = await other.DialAsync();
        await taking.SendAsync("94 00 00 a7242f68656c6c6f 92 01 82 a563616c6c7364 a46d657461 cd2000");
        await taking.ReadMessageAsync();
        await using RawPeer plain = await other.DialWithHelloAsync();
        await other.UntilReachableAsync(2);

        one.Clients().All.With(new MprpcCallOptions { Metadata = new() { ["tenant"] = "x" } }).Show("a");
        one.Clients().All.Show("a");

        Assert.Equal("9302a6242f63616c6c9381a46d65746181a674656e616e74a178ab73637265656e2e73686f7791a161", await taking.ReadMessageAsync());
        Assert.Equal(ShowA, await plain.ReadMessageAsync());
        await Bounded.Until(() => losses.Of("no_metadata") == 1, "one that was left out");
    }

    [Fact]
    public async Task Ask_WithoutAResult_OfBothServers_TellsWhoHasRunIt()
    {
        var backplane = new MprpcMemoryBackplane();
        await using RpcHost one = await StartAsync(backplane);
        await using RpcHost other = await StartAsync(backplane);
        (MprpcClient a, string idOfAnn) = await one.JoinAsync(new Screen("ann"));
        (MprpcClient b, string idOfBob) = await other.JoinAsync(new Screen("bob"));
        await using MprpcClient ownedA = a, ownedB = b;
        IMprpcClients<IScreen> clients = one.Clients();

        List<MprpcReply> replies = await clients.AskAsync(clients.All, screen => screen.PrintAsync("a"), Bounded.Time).ToListAsync().InTime();

        Assert.Equal(new[] { idOfAnn, idOfBob }.Order(), replies.Select(reply => reply.ConnectionId).Order());
        Assert.All(replies, reply => Assert.Null(reply.Error));
    }

    [Fact]
    public async Task User_OfTheOtherServer_IsToldAndAnswers()
    {
        var backplane = new MprpcMemoryBackplane();
        await using RpcHost one = await StartSecuredAsync(backplane);
        await using RpcHost other = await StartSecuredAsync(backplane);
        await using RawPeer alice = await other.DialWithHelloAsync();
        await alice.SendAsync("94 00 01 ae 242f61757468656e746963617465 92 a5 546f6b656e a5 616c696365");
        await alice.ReadMessageAsync();
        await Bounded.Until(() => backplane.HasSubscribers("mprpc:user:alice"), "the subscription of the user's channel");

        one.Clients().User("alice").Show("a");
        string shown = await alice.ReadMessageAsync();
        Task<bool> asking = one.Clients().User("alice").ConfirmAsync("x", default).AsTask();
        await alice.ReadMessageAsync();
        await alice.SendAsync("94 01 00 c0 c3");

        Assert.Equal(ShowA, shown);
        Assert.True(await asking.InTime());
    }

    [Fact]
    public async Task Single_OfTheOtherServer_GivesResultsErrorsAndTimeouts()
    {
        var backplane = new MprpcMemoryBackplane();
        await using RpcHost one = await StartAsync(backplane);
        await using RpcHost other = await StartAsync(backplane);
        var screen = new Screen("bob");
        (MprpcClient client, string id) = await other.JoinAsync(screen);
        await using MprpcClient owned = client;

        string name = await one.Clients().Single(id).NameAsync().InTime();
        screen.OnConfirm = (_, _) => throw new MprpcException("Out of paper.", "paper");
        MprpcRemoteException refused = await Assert.ThrowsAsync<MprpcRemoteException>(() => one.Clients().Single(id).ConfirmAsync("x", default).InTime());
        screen.OnConfirm = NeverAsync;
        IScreen hurried = one.Clients().Single(id).With(new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(100) });
        await Assert.ThrowsAsync<TimeoutException>(() => hurried.ConfirmAsync("x", default).InTime());
        MprpcConnectionException nobody = await Assert.ThrowsAsync<MprpcConnectionException>(() => one.Clients().Single("nobody").NameAsync().InTime());

        Assert.Equal("bob", name);
        Assert.Equal("paper", refused.Code);
        Assert.False(nobody.RequestWasSent);
    }

    [Fact]
    public async Task Ask_ClientsOfBothServers_GivesAReplyOfEach()
    {
        var backplane = new MprpcMemoryBackplane();
        await using RpcHost one = await StartAsync(backplane);
        await using RpcHost other = await StartAsync(backplane);
        (MprpcClient a, string idOfAnn) = await one.JoinAsync(new Screen("ann"));
        (MprpcClient b, string idOfBob) = await other.JoinAsync(new Screen("bob"));
        await using MprpcClient ownedA = a, ownedB = b;
        Dictionary<string, MprpcReply<string>> replies = [];

        await foreach (MprpcReply<string> reply in one.Clients().AskAsync(one.Clients().All, screen => screen.NameAsync(), Bounded.Time))
        {
            replies.Add(reply.ConnectionId, reply);
        }

        Assert.Equal(("ann", "bob", 2), (replies[idOfAnn].Result, replies[idOfBob].Result, replies.Count));
        Assert.NotNull(replies[idOfAnn].Connection);
        Assert.Null(replies[idOfBob].Connection);
    }

    [Fact]
    public async Task Ask_EnumerationThatEndsEarly_CancelsAtTheOtherServer()
    {
        var backplane = new MprpcMemoryBackplane();
        await using RpcHost one = await StartAsync(backplane);
        await using RpcHost other = await StartAsync(backplane);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (MprpcClient a, _) = await one.JoinAsync(new Screen());
        (MprpcClient b, _) = await other.JoinAsync(new Screen
        {
            OnConfirm = async (_, stop) =>
            {
                asked.SetResult();
                await NeverAsync("", stop);
                cancelled.SetResult();
                return false;
            },
        });
        await using MprpcClient ownedA = a, ownedB = b;

        await foreach (MprpcReply<bool> reply in one.Clients()
            .AskAsync(one.Clients().All, screen => screen.ConfirmAsync("x", default), Timeout.InfiniteTimeSpan))
        {
            await asked.Task.InTime();      // a question that has not come there yet is only not asked
            break;
        }

        await cancelled.Task.InTime();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ask_ServerThatStopsOrDies_EndsTheWaitOfItsClients(bool isGraceful)
    {
        var clock = new FakeTimeProvider();
        var backplane = new MprpcMemoryBackplane();
        var link = new Link(backplane);
        await using RpcHost one = await StartAsync(backplane, clock);
        await using RpcHost other = await StartAsync(link, clock);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (MprpcClient client, string id) = await other.JoinAsync(new Screen
        {
            OnConfirm = async (what, stop) =>
            {
                asked.TrySetResult();
                return await NeverAsync(what, stop);
            },
        });
        await using MprpcClient owned = client;

        Task<bool> asking = one.Clients().Single(id).ConfirmAsync("x", default).AsTask();
        await asked.Task.InTime();

        if (isGraceful)
        {
            await clock.AdvanceUntilAsync(TimeSpan.FromSeconds(1), other.App.StopAsync(), "the end of the stop");
        }
        else
        {
            link.IsCut = true;
            await clock.AdvanceUntilAsync(TimeSpan.FromSeconds(1), asking, "the end of the wait for a server that is dead");
        }

        MprpcConnectionException exception = await Assert.ThrowsAnyAsync<MprpcConnectionException>(() => asking.InTime());
        Assert.True(exception.RequestWasSent);
        link.IsCut = false;
    }

    [Fact]
    public async Task Notify_BackplaneThatFails_ReachesTheClientsHereAndIsLogged()
    {
        var link = new Link(new MprpcMemoryBackplane());
        await using RpcHost host = await StartAsync(link);
        using var losses = new LossRecorder(host);
        await using RawPeer peer = await host.DialWithHelloAsync();
        link.Throws = true;

        host.Clients().All.Show("a");

        Assert.Equal(ShowA, await peer.ReadMessageAsync());
        await host.Log.WaitForAsync(114);
        await Bounded.Until(() => losses.Of("backplane") == 1, "the count");
    }

    [Fact]
    public async Task Notify_MessageThatIsNone_IsIgnored()
    {
        var backplane = new MprpcMemoryBackplane();
        await using RpcHost host = await StartAsync(backplane);
        await using RawPeer peer = await host.DialWithHelloAsync();

        foreach (string hex in (string[])["", "c0", "93", "9a63a161", "9a02a178 00 92 63 90 a0 c400 00 90 90 80"])
        {
            await backplane.PublishAsync("mprpc:all", Hex.Bytes(hex), default);
        }

        host.Clients().All.Show("a");

        Assert.Equal(ShowA, await peer.ReadMessageAsync());
    }

    private static Task<RpcHost> StartAsync(IMprpcBackplane backplane, TimeProvider? clock = null)
        => LobbyHost.StartAsync(services: mprpc =>
        {
            mprpc.Services.AddSingleton(backplane);

            if (clock is not null)
            {
                mprpc.Services.AddSingleton(clock);
            }
        });

    private static Task<RpcHost> StartSecuredAsync(IMprpcBackplane backplane)
        => SecuredHost.StartAsync<DeliveryTests.Adding>(services: services => services.AddSingleton(backplane));

    private static async ValueTask<bool> NeverAsync(string what, CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return false;
    }

    /// <summary>A backplane that can be cut off, or fail.</summary>
    private sealed class Link(IMprpcBackplane backplane) : IMprpcBackplane
    {
        public bool IsCut { get; set; }

        public bool Throws { get; set; }

        public ValueTask PublishAsync(string channel, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
            => Throws ? throw new IOException("The backplane is away.")
                : IsCut ? ValueTask.CompletedTask
                : backplane.PublishAsync(channel, message, cancellationToken);

        public ValueTask<IAsyncDisposable> SubscribeAsync(string channel, Action<ReadOnlyMemory<byte>> handler, CancellationToken cancellationToken)
            => backplane.SubscribeAsync(
                channel,
                message =>
                {
                    if (!IsCut)
                    {
                        handler(message);
                    }
                },
                cancellationToken);
    }
}
