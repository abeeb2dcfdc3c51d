using Mprpc.AspNetCore.Tests.Clients.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Clients;

/// <summary>Results of clients: of one, and of many.</summary>
public sealed class QuestionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Single_ItsMethods_GiveTheirResults()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        (MprpcClient client, string id) = await host.JoinAsync(new Screen("ann"));
        await using MprpcClient owned = client;

        Assert.Equal("ann", await host.Clients().Single(id).NameAsync().InTime());
        Assert.Equal("ann", await host.Clients().CallAsync<string>(id, "screen.name", default).InTime());
    }

    [Fact]
    public async Task Single_OfNobody_ThrowsThatNothingWasSent()
    {
        await using RpcHost host = await LobbyHost.StartAsync();

        MprpcConnectionException exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => host.Clients().Single("nobody").NameAsync().InTime());

        Assert.Contains("nobody", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.RequestWasSent);
    }

    [Fact]
    public async Task Single_OfAPlainPeer_ThrowsWhatToDo()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        await using RawPeer peer = await host.DialAsync();
        await peer.AssertOpenAsync();
        string id = host.App.Services.GetRequiredService<IMprpcServer>().Connections[0].Id;

        MprpcConnectionException exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => host.Clients().Single(id).NameAsync().InTime());

        Assert.Contains("CallsBack", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Group_MethodWithAResult_IsRefusedInWords()
    {
        await using RpcHost host = await LobbyHost.StartAsync();

#pragma warning disable MPRPC021 // What code does that the editor has not seen.
        NotSupportedException exception = await Assert.ThrowsAsync<NotSupportedException>(async () => await host.Clients().Group("eu").NameAsync());
#pragma warning restore MPRPC021

        Assert.Contains("'screen.name' returns a result", exception.Message, StringComparison.Ordinal);
        Assert.Contains("AskAsync", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_OnesThatAnswerThrowDieAndSleep_GivesAReplyOfEach()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        (MprpcClient good, string idOfGood) = await host.JoinAsync(new Screen(), groups: ["eu"]);
        (MprpcClient bad, string idOfBad) = await host.JoinAsync(
            new Screen { OnConfirm = (_, _) => throw new MprpcException("Out of paper.") }, groups: ["eu"]);
        (MprpcClient asleep, string idOfAsleep) = await host.JoinAsync(new Screen { OnConfirm = NeverAsync }, groups: ["eu"]);
        await using MprpcClient ownedGood = good, ownedBad = bad, ownedAsleep = asleep;
        await using RawPeer dying = await host.DialWithHelloAsync();
        await dying.SendAsync("94 00 01 a46a6f696e 91 a26575");
        await dying.ReadMessageAsync();

        Dictionary<string, MprpcReply<bool>> replies = [];
        Task dead = DieAsync(dying);

        await foreach (MprpcReply<bool> reply in host.Clients().AskAsync(host.Clients().Group("eu"), screen => screen.ConfirmAsync("order", default), Soon))
        {
            replies.Add(reply.ConnectionId, reply);
        }

        await dead.InTime();
        Assert.Equal(4, replies.Count);
        Assert.True(replies[idOfGood] is { Result: true, Error: null, Connection: not null });
        Assert.Contains("Out of paper.", Assert.IsType<MprpcRemoteException>(replies[idOfBad].Error).Message, StringComparison.Ordinal);
        Assert.IsType<TimeoutException>(replies[idOfAsleep].Error);
        Assert.IsType<MprpcConnectionException>(replies.Single(reply => reply.Key != idOfGood && reply.Key != idOfBad && reply.Key != idOfAsleep).Value.Error);
    }

    [Fact]
    public async Task Ask_EnumerationThatEndsEarly_CancelsTheRest()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (MprpcClient fast, _) = await host.JoinAsync(new Screen());
        (MprpcClient slow, _) = await host.JoinAsync(new Screen
        {
            OnConfirm = async (_, stop) =>
            {
                await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancelled.SetResult();
                return false;
            },
        });
        await using MprpcClient ownedFast = fast, ownedSlow = slow;

        await foreach (MprpcReply<bool> reply in host.Clients()
            .AskAsync(host.Clients().All, screen => screen.ConfirmAsync("order", default), Timeout.InfiniteTimeSpan))
        {
            Assert.True(reply.Result);
            break;
        }

        await cancelled.Task.InTime();
    }

    [Fact]
    public async Task Ask_TokenOfTheCall_EndsTheWait()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        (MprpcClient client, _) = await host.JoinAsync(new Screen { OnConfirm = NeverAsync });
        await using MprpcClient owned = client;
        using var stop = new CancellationTokenSource();

        IAsyncEnumerable<MprpcReply<bool>> replies = host.Clients()
            .AskAsync(host.Clients().All, screen => screen.ConfirmAsync("order", stop.Token), Timeout.InfiniteTimeSpan);
        Task<int> counting = CountAsync(replies);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => counting.InTime());
    }

    [Fact]
    public async Task Ask_Untyped_GivesTheResults()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        (MprpcClient client, string id) = await host.JoinAsync(new Screen("ann"));
        await using MprpcClient owned = client;
        List<(string, string?)> names = [];

        await foreach (MprpcReply<string> reply in host.Clients().AskAsync<string>(MprpcTarget.All, Bounded.Time, "screen.name"))
        {
            names.Add((reply.ConnectionId, reply.Result));
        }

        Assert.Equal([(id, "ann")], names);
    }

    [Fact]
    public async Task Ask_MethodsWithoutAResult_TellsWhoHasRunThemAndWhoHasFailed()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        var (ann, bob) = (new Screen("ann"), new Screen("bob"));
        (MprpcClient a, string idOfAnn) = await host.JoinAsync(ann, groups: ["eu"]);
        (MprpcClient b, string idOfBob) = await host.JoinAsync(bob, groups: ["eu"]);
        await using MprpcClient ownedA = a, ownedB = b;
        IMprpcClients<IScreen> clients = host.Clients();
        var options = new MprpcCallOptions { Metadata = new() { ["tenant"] = "x" } };

        List<MprpcReply> printed = await AllAsync(clients.AskAsync(clients.Group("eu"), screen => screen.PrintAsync("a"), Bounded.Time));
        List<MprpcReply> withOptions = await AllAsync(clients.AskAsync(clients.All, screen => screen.With(options).PrintAsync("b"), Bounded.Time));
        string[] shown = [.. ann.Shown, .. bob.Shown];
        List<MprpcReply> failed = await AllAsync(clients.AskAsync(clients.Single(idOfBob), screen => screen.PrintAsync(""), Bounded.Time));
        List<MprpcReply> cleared = await AllAsync(clients.AskAsync(clients.Group("eu"), screen => screen.ClearAsync(), Bounded.Time));

        foreach (List<MprpcReply> replies in new[] { printed, withOptions, cleared })
        {
            Assert.Equal(new[] { idOfAnn, idOfBob }.Order(), replies.Select(reply => reply.ConnectionId).Order());
            Assert.All(replies, reply => Assert.True(reply is { Error: null, Connection: not null }));
        }

        Assert.Equal(["a", "b", "a", "b"], shown);
        Assert.Equal("empty", Assert.IsType<MprpcRemoteException>(Assert.Single(failed).Error).Code);
        Assert.Empty(ann.Shown.Concat(bob.Shown));
    }

    [Fact]
    public async Task Ask_WithoutAResult_UnderAnotherNamingPolicy_IsAQuestionToo()
    {
        await using RpcHost host = await LobbyHost.StartAsync(server => server.NamingPolicy = MprpcNamingPolicy.CamelCase);
        var screen = new Screen();
        (MprpcClient client, _) = await host.JoinAsync(screen, options => options.NamingPolicy = MprpcNamingPolicy.CamelCase);
        await using MprpcClient owned = client;

        MprpcReply reply = Assert.Single(await AllAsync(host.Clients().AskAsync(host.Clients().All, one => one.PrintAsync("a"), Bounded.Time)));

        Assert.Null(reply.Error);
        Assert.Equal(["a"], screen.Shown);
    }

    [Fact]
    public async Task Ask_WithoutAResult_WhatIsNoQuestion_IsRefusedInWords()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        IMprpcClients<IScreen> clients = host.Clients();
        Func<IScreen, Task> awaited = async screen => await screen.PrintAsync("a");

        Assert.Contains("one call", Assert.Throws<ArgumentException>(
            () => clients.AskAsync(clients.All, _ => Task.CompletedTask, Soon)).Message, StringComparison.Ordinal);
        Assert.Contains("one call", Assert.Throws<ArgumentException>(
            () => clients.AskAsync(clients.All, awaited, Soon)).Message, StringComparison.Ordinal);
        Assert.Contains("one call", Assert.Throws<ArgumentException>(
            () => clients.AskAsync(clients.All, screen => Task.WhenAll(screen.PrintAsync("a"), Task.CompletedTask), Soon)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => clients.AskAsync(clients.All, screen => screen.ClearAsync(), TimeSpan.Zero));
    }

    [Fact]
    public async Task Ask_WhatIsNoQuestion_IsRefusedInWords()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        IMprpcClients<IScreen> clients = host.Clients();
        Func<IScreen, Task<string>> twice = async screen => await screen.NameAsync() + "!";

        Assert.Contains("IMprpcClients<IScreen>", Assert.Throws<ArgumentException>(
            () => clients.AskAsync(new Screen(), screen => screen.NameAsync(), Soon)).Message, StringComparison.Ordinal);
        Assert.Contains("one call", Assert.Throws<ArgumentException>(
            () => clients.AskAsync(clients.All, _ => Task.FromResult("x"), Soon)).Message, StringComparison.Ordinal);
        Assert.Contains("one call", Assert.Throws<ArgumentException>(
            () => clients.AskAsync(clients.All, twice, Soon)).Message, StringComparison.Ordinal);
        Assert.Contains("void", Assert.Throws<ArgumentException>(() => clients.AskAsync(
            clients.All,
            screen =>
            {
                screen.Show("x");
                return screen.NameAsync();
            },
            Soon)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => clients.AskAsync(clients.All, screen => screen.NameAsync(), TimeSpan.Zero));
    }

    private static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> items) => await items.ToListAsync().InTime();

    private static async ValueTask<bool> NeverAsync(string what, CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return false;
    }

    private static async Task DieAsync(RawPeer peer)
    {
        await peer.ReadMessageAsync();
        peer.Reset();
    }

    private static async Task<int> CountAsync<T>(IAsyncEnumerable<T> items)
    {
        int count = 0;

        await foreach (T _ in items)
        {
            count++;
        }

        return count;
    }
}
