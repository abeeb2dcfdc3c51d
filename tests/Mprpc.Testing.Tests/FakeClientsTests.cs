using Mprpc.AspNetCore;

namespace Mprpc.Testing.Tests;

/// <summary>Clients that are not there, and clients in memory: what a class under test tells and asks them.</summary>
public sealed class FakeClientsTests
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Fake_NotificationsAndQuestions_AreRecordedWithTheirTargets()
    {
        var clients = new MprpcFakeClients<IDesk>();
        clients.Connect("a", user: "ann", groups: "eu");
        clients.Answer("a", "desk.name", _ => "Ann");
        var shop = new Shop(clients);

        shop.Open("today");
        string name = await shop.AskAsync("a").InTime();

        Assert.Equal(["desk.show(\"today\") to the group 'eu'", "desk.name() to connection a"], clients.Calls.Select(call => call.ToString()));
        Assert.True(clients.Calls[0].Call.IsNotification);
        Assert.Equal("today", clients.Calls[0].Call.Argument<string>(0));
        Assert.Equal("Ann", name);
    }

    [Fact]
    public async Task Fake_Metadata_IsRecordedAsItWas()
    {
        var clients = new MprpcFakeClients<IDesk>();
        clients.Connect("a");
        clients.Answer("a", "desk.name", _ => "Ann");
        var metadata = new MprpcMetadata { ["tenant"] = "x" };
        var options = new MprpcCallOptions { Metadata = metadata };

        clients.All.With(options).Show("today");
        await clients.CallAsync<string>("a", "desk.name", options).InTime();

        await foreach (MprpcReply<string> reply in clients.AskAsync(clients.All, desk => desk.With(options).NameAsync(), Within))
        {
            Assert.Equal("Ann", reply.Result);
        }

        metadata["tenant"] = "y";
        clients.All.Show("today");

        Assert.Equal(["x", "x", "x", null], clients.Calls.Select(call => call.Metadata.GetString("tenant")));
        Assert.Empty(clients.Calls[^1].Metadata);
        Assert.Throws<InvalidOperationException>(() => clients.Calls[0].Metadata["tenant"] = "z");
    }

    [Fact]
    public async Task Fake_Question_GetsARepliesOfEachThatIsMeant()
    {
        var clients = new MprpcFakeClients<IDesk>();
        clients.Connect("a", "ann", "eu");
        clients.Connect("b", "bob", "eu");
        clients.Connect("c");
        clients.Answer("a", "desk.name", _ => "Ann");
        clients.Answer("b", "desk.name", _ => throw new MprpcException("Away.", "away"));
        Dictionary<string, MprpcReply<string>> replies = [];

        await foreach (MprpcReply<string> reply in clients.AskAsync(clients.Group("eu"), desk => desk.NameAsync(), Within))
        {
            replies.Add(reply.ConnectionId, reply);
        }

        Assert.Equal(["a", "b"], replies.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("Ann", replies["a"].Result);
        Assert.Equal("away", Assert.IsType<MprpcRemoteException>(replies["b"].Error).Code);
        Assert.Equal("Ann", await clients.User("ann").NameAsync().InTime());
    }

    [Fact]
    public async Task Fake_ClientThatIsNotConnected_IsToldSo()
    {
        var clients = new MprpcFakeClients<IDesk>();

        Assert.False(await clients.Groups.AddAsync("a", "eu").InTime());
        Assert.Throws<ArgumentException>(() => clients.Answer("a", "desk.name", _ => ""));
        await Assert.ThrowsAsync<MprpcConnectionException>(() => clients.Single("a").NameAsync().InTime());
        clients.Connect("a");
        Assert.True(await clients.Groups.AddAsync("a", "eu").InTime());
        Assert.Equal(["eu"], clients.GroupsOf("a"));
    }

    [Fact]
    public async Task Host_ClientsInMemory_AreInGroupsAndAnswer()
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Lobby>();
        var desk = new Desk();
        await using MprpcClient client = host.CreateMprpcClient(configure: options => options.Client.AddHandlers<IDesk>(desk));
        string id = await client.CallAsync<string>("join", "eu").InTime();
        var clients = host.Services.GetRequiredService<IMprpcClients<IDesk>>();

        clients.Group("eu").Show("today");
        string name = await clients.Single(id).NameAsync().InTime();

        Assert.Equal("today", await desk.Shown.Task.InTime());
        Assert.Equal("desk", name);
    }

    /// <summary>A class of an application, as it is tested.</summary>
    private sealed class Shop(IMprpcClients<IDesk> clients)
    {
        public void Open(string day) => clients.Group("eu").Show(day);

        public Task<string> AskAsync(string id) => clients.Single(id).NameAsync();
    }

    private sealed class Lobby(IMprpcClients<IDesk> clients)
    {
        public string Join(string group, MprpcCallContext call)
        {
            clients.Groups.Add(call.Connection, group);
            return call.Connection.Id;
        }
    }

    private sealed class Desk : IDesk
    {
        public TaskCompletionSource<string> Shown { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Show(string day) => Shown.SetResult(day);

        public Task<string> NameAsync() => Task.FromResult("desk");
    }
}
