using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore;
using Mprpc.Client;

namespace Mprpc.Interop.Tests.Neovim;

/// <summary>One connection with a stock neovim, on which both sides call (docs/protocol.md 6.1).</summary>
public sealed class BothWaysTests
{
    [Fact]
    public async Task Neovim_WhileOurCallIsOutstanding_CallsOurHandler()
    {
        await using NeovimProcess nvim = await NeovimProcess.StartAsync();
        (MprpcClient client, int channel) = await nvim.ConnectAsync(new MprpcClientOptions().UsePeer(MprpcPeer.Neovim).AddHandler("twice", (int x) => 2 * x));
        await using MprpcClient ours = client;

        int answer = await client.CallAsync<int>("nvim_eval", $"rpcrequest({channel}, 'twice', 21)").InTime();

        Assert.Equal(42, answer);
    }

    [Fact]
    public async Task Neovim_ByRpcnotify_ReachesOurHandlerInOrder()
    {
        await using NeovimProcess nvim = await NeovimProcess.StartAsync();
        var seen = new List<int>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (MprpcClient client, int channel) = await nvim.ConnectAsync(new MprpcClientOptions().UsePeer(MprpcPeer.Neovim).AddHandler("seen", (int i) =>
        {
            seen.Add(i);

            if (i == 49)
            {
                all.SetResult();
            }
        }));
        await using MprpcClient ours = client;

        await client.CallAsync("nvim_command", $"for i in range(50) | call rpcnotify({channel}, 'seen', i) | endfor").InTime();
        await all.Task.InTime();

        Assert.Equal(Enumerable.Range(0, 50), seen);
    }

    [Fact]
    public async Task Errors_OfBothSides_PassThroughEachOther()
    {
        await using NeovimProcess nvim = await NeovimProcess.StartAsync();
        (MprpcClient client, int channel) = await nvim.ConnectAsync(
            new MprpcClientOptions().UsePeer(MprpcPeer.Neovim).AddHandler("ask", async (MprpcCallContext context) =>
        {
            try
            {
                return await context.Connection.CallAsync<int>("nvim_eval", "no_such_function()");
            }
            catch (MprpcRemoteException exception)
            {
                throw new MprpcException($"neovim said: {exception.Message}");
            }
        }));
        await using MprpcClient ours = client;

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("nvim_eval", $"rpcrequest({channel}, 'ask')").InTime());

        Assert.Contains("neovim said", error.Message, StringComparison.Ordinal);
        Assert.Contains("no_such_function", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, await client.CallAsync<int>("nvim_eval", "1+2").InTime());
    }

    [Fact]
    public async Task Answers_ThatAreReadyTooEarly_WaitForThoseOfLaterCalls()
    {
        await using NeovimProcess nvim = await NeovimProcess.StartAsync();
        var overtaking = new Overtaking();
        (MprpcClient client, int channel) = await nvim.ConnectAsync(overtaking.AddTo(new MprpcClientOptions().UsePeer(MprpcPeer.Neovim)));
        await using MprpcClient ours = client;
        overtaking.Channel = channel;

        int first = await client.CallAsync<int>("nvim_eval", $"rpcrequest({channel}, 'first')").InTime();

        Assert.Equal((1, 2), (first, await overtaking.Second!.InTime()));
    }

    [Fact]
    public async Task Answers_AsCompleted_MakeNeovimCloseTheChannel()
    {
        // Why the preset answers the last call first.
        await using NeovimProcess nvim = await NeovimProcess.StartAsync();
        var overtaking = new Overtaking();
        (MprpcClient client, int channel) = await nvim.ConnectAsync(overtaking.AddTo(new MprpcClientOptions().UsePeer(MprpcPeer.NeovimClient)));
        await using MprpcClient ours = client;
        overtaking.Channel = channel;

        Task<int> first = client.CallAsync<int>("nvim_eval", $"rpcrequest({channel}, 'first')").InTime();

        await Assert.ThrowsAnyAsync<Exception>(() => first);
    }

    [Fact]
    public async Task Neovim_AsClientOfOurServer_IsCalledBackByTheHandler()
    {
        await using NeovimProcess nvim = await NeovimProcess.StartAsync();
        (WebApplication server, int channel) = await ServeAsync<Nesting>(nvim);
        await using WebApplication app = server;

        int depth = await nvim.EvaluateAsync<int>($"rpcrequest({channel}, 'nested', {channel}, 5)");

        Assert.Equal(5, depth);
    }

    [Fact]
    public async Task Neovim_InAGroupOfOurServer_IsToldAndAskedThoughItSaysNoHello()
    {
        await using NeovimProcess nvim = await NeovimProcess.StartAsync();
        (WebApplication server, int channel) = await ServeAsync<Editors>(nvim);
        await using WebApplication app = server;
        IMprpcClients<IEditor> clients = app.Services.GetRequiredService<IMprpcClients<IEditor>>();
        string id = await nvim.EvaluateAsync<string>($"rpcrequest({channel}, 'join', 'editors')");

        clients.Group("editors").SetVariable("told", "by the group");
        clients.Group("others").SetVariable("told", "by another group");
        await nvim.UntilAsync("get(g:, 'told', '') == 'by the group'");
        List<MprpcReply<int>> answers = await clients.AskAsync(clients.Group("editors"), editor => editor.EvaluateAsync("6 * 7"), Bounded.Time)
            .ToListAsync().InTime();
        List<MprpcReply> done = await clients.AskAsync(clients.All, editor => editor.CommandAsync("let g:asked = 1"), Bounded.Time).ToListAsync().InTime();
        int single = await clients.Single(id).EvaluateAsync("g:asked").InTime();

        Assert.Equal([(id, 42)], answers.Select(answer => (answer.ConnectionId, answer.Result)));
        Assert.Null(Assert.Single(done).Error);
        Assert.Equal(1, single);
        Assert.Throws<NotSupportedException>(
            () => clients.Single(id).With(new MprpcCallOptions { Metadata = new() { ["tenant"] = "x" } }).SetVariable("told", "with metadata"));
    }

    /// <summary>A server for neovim, and neovim's channel to it.</summary>
    private static async Task<(WebApplication Server, int Channel)> ServeAsync<TService>(NeovimProcess nvim)
        where TService : class
    {
        ListenOptions? listening = null;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMprpc();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listener =>
        {
            listening = listener;
            listener.UseMessagePackRpc(options => options.UsePeer(MprpcPeer.Neovim).MapService<TService>());
        }));
        WebApplication app = builder.Build();
        await app.StartAsync().InTime();
        return (app, await nvim.EvaluateAsync<int>($"sockconnect('tcp', '{listening!.IPEndPoint}', {{'rpc': v:true}})"));
    }

    /// <summary>Two calls of neovim's of which the earlier one is answered while the later one runs.</summary>
    private sealed class Overtaking
    {
        private readonly TaskCompletionSource _secondRuns = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _firstReturns = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Channel { get; set; }

        public Task<int>? Second { get; private set; }

        public MprpcClientOptions AddTo(MprpcClientOptions options) => options.AddHandler("first", FirstAsync).AddHandler("second", SecondAsync);

        private async Task<int> FirstAsync(MprpcCallContext context)
        {
            Second = context.Connection.CallAsync<int>("nvim_eval", $"rpcrequest({Channel}, 'second')").AsTask();
            await _secondRuns.Task;
            _firstReturns.SetResult();
            return 1;
        }

        private async Task<int> SecondAsync()
        {
            _secondRuns.SetResult();
            await _firstReturns.Task;

            // Long enough for an answer that does not wait to be on its way.
            await Task.Delay(100);
            return 2;
        }
    }

    /// <summary>What neovim serves.</summary>
    [MprpcService]
    public interface IEditor
    {
        [MprpcMethod("nvim_set_var")]
        void SetVariable(string name, string value);

        [MprpcMethod("nvim_eval")]
        Task<int> EvaluateAsync(string expression);

        [MprpcMethod("nvim_command")]
        Task CommandAsync(string command);
    }

    public sealed class Editors(IMprpcClients<IEditor> clients)
    {
        public string Join(string group, MprpcCallContext call)
        {
            clients.Groups.Add(call.Connection, group);
            return call.Connection.Id;
        }
    }

    /// <summary>As in samples/Neovim, served.</summary>
    public sealed class Nesting
    {
        public async Task<int> NestedAsync(int channel, int depth, MprpcCallContext context)
            => depth == 0 ? 0 : 1 + await context.Connection.CallAsync<int>("nvim_eval", $"rpcrequest({channel}, 'nested', {channel}, {depth - 1})");
    }
}
