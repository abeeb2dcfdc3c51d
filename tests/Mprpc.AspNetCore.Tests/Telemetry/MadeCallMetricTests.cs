using System.Net;
using Mprpc.AspNetCore.Tests.Telemetry.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Telemetry;

/// <summary>Each call that a client makes is measured once, with the attributes of the conventions and no others.</summary>
public sealed class MadeCallMetricTests
{
    [Fact]
    public async Task Call_OfEachEnd_IsMeasuredOnce()
    {
        await using var hosts = await Hosts.StartAsync(options => options.MeasuredErrorCodes = ["todo_unknown"]);
        using var source = new CancellationTokenSource();

        await hosts.Client.CallAsync<int>("sum", 1, 2).InTime();
        await hosts.Client.CallAsync("done").InTime();
        await hosts.Proxy.SumAsync(1, 2).InTime();
        await hosts.Proxy.With(new MprpcCallOptions { Timeout = TimeSpan.FromMinutes(1) }).SumAsync(1, 2).InTime();
        await hosts.Proxy.With(new MprpcCallOptions { Metadata = new MprpcMetadata { ["a"] = "b" } }).DoneAsync().InTime();
        await FailAsync<MprpcRemoteException>(hosts.Client.CallAsync("refuse"));
        await FailAsync<MprpcRemoteException>(hosts.Client.CallAsync("refuse_with", "invented"));
        await FailAsync<MprpcRemoteException>(hosts.Client.CallAsync("refuse_with", "busy"));
        await FailAsync<MprpcRemoteException>(hosts.Client.CallAsync("fail"));
        await FailAsync<MprpcRemoteException>(hosts.Client.CallAsync("no_such_method"));
        ValueTask cancelled = hosts.Client.CallAsync("wait", source.Token);
        await source.CancelAsync();
        await FailAsync<OperationCanceledException>(cancelled);
        await FailAsync<MessagePack.MessagePackSerializationException>(hosts.Client.CallAsync<string>("sum", 1, 2).AsTask());

        string server = $"server.address=127.0.0.1;server.port={hosts.Port}";
        Assert.Equal(
            [
                $"rpc.method=sum;{server}",
                $"rpc.method=done;{server}",
                $"rpc.method=sum;{server}",
                $"rpc.method=sum;{server}",
                $"rpc.method=done;{server}",
                $"error.type=todo_unknown;rpc.method=refuse;rpc.status_code=todo_unknown;{server}",
                $"error.type=error;rpc.method=refuse_with;rpc.status_code=error;{server}",
                $"error.type=busy;rpc.method=refuse_with;rpc.status_code=busy;{server}",
                $"error.type=error;rpc.method=fail;rpc.status_code=error;{server}",
                $"error.type=method_not_found;rpc.method=no_such_method;rpc.status_code=method_not_found;{server}",
                $"error.type=System.OperationCanceledException;rpc.method=wait;{server}",
                $"error.type=MessagePack.MessagePackSerializationException;rpc.method=sum;{server}",
            ],
            hosts.Made);
    }

    [Fact]
    public async Task Call_WithoutAnAnswer_HasItsExceptionAndNoStatus()
    {
        // A server that is told the timeout would answer.
        await using var hosts = await Hosts.StartAsync(options => options.Extensions = MprpcExtensions.Never);

        await FailAsync<TimeoutException>(hosts.Client.CallAsync("wait", new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(20) }));
        await FailAsync<MprpcConnectionException>(hosts.Client.CallAsync("hang_up"));

        string server = $"server.address=127.0.0.1;server.port={hosts.Port}";
        Assert.Equal(
            [$"error.type=System.TimeoutException;rpc.method=wait;{server}", $"error.type=Mprpc.MprpcConnectionException;rpc.method=hang_up;{server}"],
            hosts.Made);
    }

    [Fact]
    public async Task Call_ThatIsSentAgainAndPassesFilters_IsMeasuredOnce()
    {
        int attempts = 0;
        await using var hosts = await Hosts.StartAsync(options => options.AddFilter(async (call, next) =>
        {
            attempts++;

            try
            {
                await next(call);
            }
            catch (MprpcRemoteException)
            {
                attempts++;
                await next(call);
            }
        }));

        await hosts.Client.CallAsync<int>("sum", 1, 2).InTime();
        await FailAsync<MprpcRemoteException>(hosts.Client.CallAsync("refuse"));

        Assert.Equal(3, attempts);
        Assert.Equal(2, hosts.Made.Length);
    }

    [Fact]
    public async Task Call_ThatFindsNoServer_IsMeasuredWithItsExceptionAndTheAttemptCounted()
    {
        await using var hosts = await Hosts.StartAsync();
        await hosts.Server.App.StopAsync().InTime();

        await FailAsync<MprpcConnectionException>(hosts.Client.CallAsync<int>("sum", 1, 2).AsTask());

        Assert.Equal([$"error.type=Mprpc.MprpcConnectionException;rpc.method=sum;server.address=127.0.0.1;server.port={hosts.Port}"], hosts.Made);
        Assert.Contains("mprpc.client=ways;outcome=failed", hosts.Recorder.Of("mprpc.client.reconnects").Select(attempt => attempt.Tags));
    }

    [Fact]
    public async Task Call_ThatIsLostAndMadeAgain_IsMeasuredOnceAndItsRepetitionsCounted()
    {
        await using var hosts = await Hosts.StartAsync();

        await FailAsync<MprpcConnectionException>(hosts.Client.CallAsync("hang_up", new MprpcCallOptions { Idempotent = true }));

        Assert.Single(hosts.Made);
        Assert.Equal(
            Enumerable.Repeat("mprpc.client=ways;outcome=repeated;reason=lost", 3),
            hosts.Recorder.Of("mprpc.client.repetitions").Select(repetition => repetition.Tags));
    }

    [Fact]
    public async Task Connection_ThatTakesThePlaceOfALostOne_IsCounted()
    {
        await using var hosts = await Hosts.StartAsync();
        await hosts.Client.CallAsync<int>("sum", 1, 2).InTime();
        Assert.Empty(hosts.Recorder.Of("mprpc.client.reconnects"));

        await FailAsync<MprpcConnectionException>(hosts.Client.CallAsync("hang_up"));
        await Bounded.Until(() => !hosts.Client.IsConnected, "the connection is lost");
        await hosts.Client.CallAsync<int>("sum", 1, 2).InTime();

        Assert.Equal(["mprpc.client=ways;outcome=connected"], hosts.Recorder.Of("mprpc.client.reconnects").Select(attempt => attempt.Tags));
    }

    [Fact]
    public async Task Names_BeyondAThousand_AreOneSeries()
    {
        await using var hosts = await Hosts.StartAsync();

        for (int i = 0; i < 1010; i++)
        {
            await FailAsync<MprpcRemoteException>(hosts.Client.CallAsync($"method_{i}"));
        }

        await FailAsync<MprpcRemoteException>(hosts.Client.CallAsync("method_0"));

        Assert.Equal(1001, hosts.Made.Distinct().Count());
        Assert.Equal(10, hosts.Made.Count(tags => tags.Contains("rpc.method=_OTHER", StringComparison.Ordinal)));
        Assert.Equal(2, hosts.Made.Count(tags => tags.Contains("rpc.method=method_0;", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Gauges_OfAClient_SayWhatItHas()
    {
        await using var hosts = await Hosts.StartAsync();
        ValueTask call = hosts.Client.CallAsync("wait");
        await hosts.Service.Entered.Task.InTime();

        Assert.Equal(1, hosts.Recorder.Observe("mprpc.client.connections")["mprpc.client=ways"]);
        Assert.Equal(1, hosts.Recorder.Observe("mprpc.client.active_calls")["mprpc.client=ways"]);
        hosts.Service.Gate.SetResult();
        await call.InTime();
        Assert.Equal(0, hosts.Recorder.Observe("mprpc.client.active_calls")["mprpc.client=ways"]);
        await hosts.Client.DisposeAsync();
        Assert.Empty(hosts.Recorder.Observe("mprpc.client.connections"));
    }

    [Fact]
    public async Task Stream_WholeOrEndedEarly_IsOneCall()
    {
        await using var hosts = await Hosts.StartAsync();

        await foreach (int _ in hosts.Client.StreamAsync<int>("count", 10))
        {
        }

        await foreach (int _ in hosts.Client.StreamAsync<int>("count", 1_000_000))
        {
            break;
        }

        await Bounded.Until(() => hosts.Made.Length == 2, "both have ended");
        Assert.StartsWith("rpc.method=count", hosts.Made[0], StringComparison.Ordinal);
        Assert.StartsWith("error.type=System.OperationCanceledException;rpc.method=count", hosts.Made[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_WithoutAnApplication_IsMeasuredToo()
    {
        await using RpcHost host = await RpcHost.StartAsync<Ways>();
        using var recorder = new MeasurementRecorder(meter => meter is { Name: "Mprpc.Client", Scope: null });
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync<int>("sum", 1, 2).InTime();

        Assert.Single(
            recorder.Of("rpc.client.call.duration"),
            call => call.Tags.EndsWith($"server.port={((IPEndPoint)host.Rpc).Port}", StringComparison.Ordinal));
    }

    private static Task FailAsync<TException>(ValueTask call)
        where TException : Exception => FailAsync<TException>(call.AsTask());

    private static async Task FailAsync<TException>(Task call)
        where TException : Exception
        => Assert.IsType<TException>(await Record.ExceptionAsync(() => call.InTime()), exactMatch: false);

    [MprpcService]
    public interface IWays
    {
        Task<int> SumAsync(int x, int y);

        Task DoneAsync();
    }

    /// <summary>A server, and a client of another application.</summary>
    private sealed class Hosts(RpcHost server, RpcHost caller) : IAsyncDisposable
    {
        public RpcHost Server => server;

        public Ways Service => server.App.Services.GetRequiredService<Ways>();

        public MprpcClient Client => caller.App.Services.GetRequiredKeyedService<MprpcClient>("ways");

        public IWays Proxy => caller.App.Services.GetRequiredService<IWays>();

        public int Port { get; } = ((IPEndPoint)server.Rpc).Port;

        public MeasurementRecorder Recorder { get; } = new(caller.App.Services);

        public string[] Made
            => [.. Recorder.Of("rpc.client.call.duration").Select(call => call.Tags.Replace(";rpc.system.name=msgpackrpc", "", StringComparison.Ordinal))];

        public static async Task<Hosts> StartAsync(Action<MprpcClientOptions>? configure = null)
        {
            RpcHost server = await RpcHost.StartAsync<Ways>(services: services => services.AddSingleton<Ways>());
            RpcHost caller = await RpcHost.StartAsync(
                builder => builder.Services.AddMprpcClient<IWays>("ways", options =>
                {
                    options.Url = $"tcp://{server.Rpc}";
                    configure?.Invoke(options);
                }),
                map: null);
            return new Hosts(server, caller);
        }

        public async ValueTask DisposeAsync()
        {
            Recorder.Dispose();
            await caller.DisposeAsync();
            await server.DisposeAsync();
        }
    }
}
