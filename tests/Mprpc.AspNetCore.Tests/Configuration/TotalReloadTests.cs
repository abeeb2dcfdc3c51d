using Microsoft.Extensions.Configuration;
using Mprpc.AspNetCore.Tests.Listeners;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Configuration;

/// <summary>Limits of the whole server that change while it runs, and what other sources of the options change.</summary>
public sealed class TotalReloadTests
{
    private const string Wait = "94 00 02 a4 77616974 90";
    private const string Ping = "94 00 03 a6 242f70696e67 90";
    private const int TotalLimitsChanged = 116;
    private const int LimitsChanged = 102;
    private const int LimitsNotChanged = 103;
    private const int NotReloaded = 107;

    [Fact]
    public async Task MaxCallsInFlight_Raised_LetsCallsBeginThatWait()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate, ("MaxCallsInFlight", "1"));
        await using MprpcClient first = host.CreateClient();
        await using RawPeer second = await host.DialAsync();
        Task<int> running = first.CallAsync<int>("wait").AsTask();
        await gate.Until(1);
        await second.SendAsync(Wait + Ping);
        Assert.Equal("940103c0c0", await second.ReadMessageAsync());      // what was before it has been read, and waits

        Change(host, ("MaxCallsInFlight", "2"));
        await gate.Until(2);
        gate.Open();

        Assert.Equal("940102c001", await second.ReadMessageAsync());
        Assert.Equal(1, await running.InTime());
        Assert.Equal("The limits of the whole server have changed: MaxCallsInFlight is 2 (was 1).", host.Log.Find(TotalLimitsChanged)!.Message);
    }

    [Fact]
    public async Task MaxCallsInFlight_Lowered_LeavesCallsThatRun()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate, ("MaxCallsInFlight", "10"));
        await using MprpcClient first = host.CreateClient();
        await using RawPeer second = await host.DialAsync();
        Task<int>[] running = [first.CallAsync<int>("wait").AsTask(), first.CallAsync<int>("wait").AsTask()];
        await gate.Until(2);

        Change(host, ("MaxCallsInFlight", "1"));
        await second.SendAsync(Wait + Ping);
        Assert.Equal("940103c0c0", await second.ReadMessageAsync());
        int begun = gate.Begun;
        gate.Open();

        Assert.Equal(2, begun);
        Assert.Equal("940102c001", await second.ReadMessageAsync());
        Assert.Equal(2, (await Task.WhenAll(running).InTime()).Sum());
    }

    [Fact]
    public async Task MaxConnections_Changed_CountsThoseThatAreThere()
    {
        await using RpcHost host = await StartAsync(new Gate(), ("MaxConnections", "1"));
        await using RawPeer first = await host.DialAsync();
        await first.AssertOpenAsync();
        await using RawPeer refused = await host.DialAsync();
        Assert.Equal("", await refused.ReadToEndAsync());

        Change(host, ("MaxConnections", "2"));
        await using RawPeer second = await host.DialAsync();
        await second.AssertOpenAsync();
        Change(host, ("MaxConnections", "1"));
        await using RawPeer third = await host.DialAsync();

        Assert.Equal("", await third.ReadToEndAsync());
        await first.AssertOpenAsync();
        await second.AssertOpenAsync();
        Assert.Null(host.Log.Find(NotReloaded));
        Assert.Equal(2, host.Log.Entries.Count(entry => entry.Event.Id == TotalLimitsChanged));
    }

    [Fact]
    public async Task MaxConnections_NoneAtTheStart_IsToldToNeedOne()
    {
        await using RpcHost host = await StartAsync(new Gate());

        Change(host, ("MaxConnections", "1"));
        await using RawPeer first = await host.DialAsync();
        await using RawPeer second = await host.DialAsync();
        await first.AssertOpenAsync();
        await second.AssertOpenAsync();

        Assert.Contains("Mprpc:Limits:MaxConnections", host.Log.Find(NotReloaded)!.Message, StringComparison.Ordinal);
        Assert.Null(host.Log.Find(TotalLimitsChanged));
    }

    [Fact]
    public async Task Totals_OutOfTheirRange_AreLoggedWithTheirKeyAndAllStayAsTheyWere()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate, ("MaxCallsInFlight", "2"));

        Change(host, ("MaxCallsInFlight", "1"), ("MaxStreamBytesTotal", "0"));
        await using MprpcClient client = host.CreateClient();
        Task<int>[] running = [client.CallAsync<int>("wait").AsTask(), client.CallAsync<int>("wait").AsTask()];
        await gate.Until(2);
        gate.Open();
        await Task.WhenAll(running).InTime();

        Assert.Contains("Mprpc:Limits:MaxStreamBytesTotal", host.Log.Find(LimitsNotChanged)!.Message, StringComparison.Ordinal);
        Assert.Null(host.Log.Find(TotalLimitsChanged));
    }

    [Fact]
    public async Task Totals_Changed_AreToldInOneLine()
    {
        await using RpcHost host = await StartAsync(new Gate());

        Change(host, ("MaxStreamBytesTotal", "1000"), ("MaxUnsentAnswerBytesTotal", "2000"));
        Change(host, ("MaxDepth", "9"));

        LogEntry line = Assert.Single(host.Log.Entries, entry => entry.Event.Id == TotalLimitsChanged);
        Assert.Contains("MaxStreamBytesTotal is 1,000 (was 268,435,456)", line.Message, StringComparison.Ordinal);
        Assert.Contains("MaxUnsentAnswerBytesTotal is 2,000", line.Message, StringComparison.Ordinal);
        Assert.Null(host.Log.Find(NotReloaded));
    }

    [Fact]
    public async Task Limits_OfAnotherSourceOfTheOptions_FollowIt()
    {
        IConfigurationRoot other = new ConfigurationBuilder().AddInMemoryCollection([new("Rpc:Limits:MaxDepth", "9")]).Build();
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc();
                builder.Services.Configure<MprpcServerOptions>(other.GetSection("Rpc"));
            },
            app => app.MapMprpcService<Adder>(0));

        other["Rpc:Limits:MaxDepth"] = "3";
        other.Reload();
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 01 a1 78 91 91 91 90");

        Assert.Equal("", await peer.ReadToAnyEndAsync());
        Assert.NotNull(host.Log.Find(LimitsChanged));
    }

    [Fact]
    public async Task Limits_OfASourceOfTheSameConfiguration_AreReadOnce()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc();
                builder.Services.Configure<MprpcServerOptions>(builder.Configuration.GetSection("Mprpc"));
            },
            app => app.MapMprpcService<Adder>(0));

        // The monitor of .NET listens to such a source too, and throws what is wrong into whoever has changed the configuration.
        Record.Exception(() => Change(host, ("MaxDepth", "0")));
        Record.Exception(() => Change(host, ("MaxDepth", "-1")));

        Assert.Equal(2, host.Log.Entries.Count(entry => entry.Event.Id == LimitsNotChanged));
    }

    private static Task<RpcHost> StartAsync(Gate gate, params (string Limit, string Value)[] limits)
        => RpcHost.StartAsync(
            builder =>
            {
                foreach ((string limit, string value) in limits)
                {
                    builder.Configuration[$"Mprpc:Limits:{limit}"] = value;
                }

                builder.Services.AddSingleton(gate);
                builder.Services.AddMprpc();
            },
            app => app.MapMprpcService<Gate>(0));

    private static void Change(RpcHost host, params (string Limit, string Value)[] limits)
    {
        foreach ((string limit, string value) in limits)
        {
            host.App.Configuration[$"Mprpc:Limits:{limit}"] = value;
        }

        ((IConfigurationRoot)host.App.Configuration).Reload();
    }

    private sealed class Gate
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _begun;

        public int Begun => Volatile.Read(ref _begun);

        public int Sum(int x, int y) => x + y;

        public async Task<int> WaitAsync()
        {
            Interlocked.Increment(ref _begun);
            await _open.Task;
            return 1;
        }

        [MprpcIgnore]
        public void Open() => _open.SetResult();

        [MprpcIgnore]
        public Task Until(int begun) => Bounded.Until(() => Begun == begun, $"that {begun} calls have begun");
    }
}
