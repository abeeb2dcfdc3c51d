using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.Telemetry.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Telemetry;

/// <summary>Each call that a server serves is measured once, whatever way it ends, with the attributes of the conventions and no others.</summary>
public sealed class ServedCallMetricTests
{
    public static TheoryData<bool> HasFilter => [false, true];

    [Theory]
    [MemberData(nameof(HasFilter))]
    public async Task Call_OfEachEnd_IsMeasuredOnce(bool hasFilter)
    {
        await using RpcHost host = await StartAsync(hasFilter);
        await using MprpcClient client = CreateClient(host);
        using var recorder = new MeasurementRecorder(host.App.Services);

        await client.CallAsync<int>("sum", 1, 2).InTime();
        await client.CallAsync<int>("sum_later", 1, 2).InTime();
        await client.CallAsync("done").InTime();
        await FailAsync(client, "fail");
        await FailAsync(client, "fail_later");
        await FailAsync(client, "refuse");
        await FailAsync(client, "refuse_without_code");
        await FailAsync(client, "large");
        await FailAsync(client, "large_later");
        await FailAsync(client, "too_long");
        await FailAsync(client, "sum", "text", 2);
        await FailAsync(client, "sum", 1);
        await FailAsync(client, "no_such_method");

        Assert.Equal(
            [
                "rpc.method=sum",
                "rpc.method=sum_later",
                "rpc.method=done",
                "error.type=internal_error;rpc.method=fail;rpc.status_code=internal_error",
                "error.type=internal_error;rpc.method=fail_later;rpc.status_code=internal_error",
                "error.type=todo_unknown;rpc.method=refuse;rpc.status_code=todo_unknown",
                "error.type=error;rpc.method=refuse_without_code;rpc.status_code=error",
                "error.type=too_large;rpc.method=large;rpc.status_code=too_large",
                "error.type=too_large;rpc.method=large_later;rpc.status_code=too_large",
                "error.type=timeout;rpc.method=too_long;rpc.status_code=timeout",
                "error.type=invalid_arguments;rpc.method=sum;rpc.status_code=invalid_arguments",
                "error.type=invalid_arguments;rpc.method=sum;rpc.status_code=invalid_arguments",
                "error.type=method_not_found;rpc.method=_OTHER;rpc.status_code=method_not_found",
            ],
            recorder.Served);
    }

    [Theory]
    [MemberData(nameof(HasFilter))]
    public async Task Call_Cancelled_IsMeasuredOnce(bool hasFilter)
    {
        await using RpcHost host = await StartAsync(hasFilter);
        await using MprpcClient client = CreateClient(host);
        using var recorder = new MeasurementRecorder(host.App.Services);
        using var source = new CancellationTokenSource();
        Task call = client.CallAsync("wait", source.Token).AsTask();
        await ServiceOf(host).Entered.Task.InTime();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.InTime());
        await Bounded.Until(() => recorder.Served.Length > 0, "the call has ended at the server");
        await client.CallAsync<int>("sum", 1, 2).InTime();

        Assert.Equal(
            ["error.type=cancelled;rpc.method=wait;rpc.status_code=cancelled", "rpc.method=sum"], recorder.Served);
    }

    [Theory]
    [MemberData(nameof(HasFilter))]
    public async Task Notification_GoodOrBad_IsMeasuredOnce(bool hasFilter)
    {
        await using RpcHost host = await StartAsync(hasFilter);
        await using MprpcClient client = CreateClient(host);
        using var recorder = new MeasurementRecorder(host.App.Services);

        await client.NotifyAsync("sum", 1, 2).InTime();
        await Bounded.Until(() => recorder.Served.Length == 1, "the first");
        await client.NotifyAsync("sum_later", 1, 2).InTime();
        await Bounded.Until(() => recorder.Served.Length == 2, "the second");
        await client.NotifyAsync("fail").InTime();
        await Bounded.Until(() => recorder.Served.Length == 3, "the third");
        await client.NotifyAsync("no_such_method").InTime();
        await client.CallAsync<int>("sum", 1, 2).InTime();
        await Bounded.Until(() => recorder.Served.Length == 5, "all");

        Assert.Equal(
            [
                "rpc.method=sum",
                "rpc.method=sum_later",
                "error.type=internal_error;rpc.method=fail;rpc.status_code=internal_error",
                "error.type=method_not_found;rpc.method=_OTHER;rpc.status_code=method_not_found",
                "rpc.method=sum",
            ],
            recorder.Served);
    }

    [Fact]
    public async Task Call_ThatBlocksItsThread_IsMeasuredOnceWhateverRunsIt()
    {
        await using RpcHost host = await StartAsync(hasFilter: false);
        await using MprpcClient client = CreateClient(host);
        using var recorder = new MeasurementRecorder(host.App.Services);

        // The first holds the loop up, which goes on with the second; once that is known, they have threads of their own.
        Task<string?>[] calls = [.. Enumerable.Range(0, 4).Select(_ => client.CallAsync<string?>("block").AsTask())];
        await Task.WhenAll(calls).InTime();
        await client.CallAsync<string?>("block").InTime();
        await client.CallAsync<int>("sum", 1, 2).InTime();

        Assert.Equal([.. Enumerable.Repeat("rpc.method=block", 5), "rpc.method=sum"], recorder.Served);
    }

    [Fact]
    public async Task Call_ThatHadToWaitForRoom_IsMeasuredOnceAlsoIfItNeverRuns()
    {
        await using RpcHost host = await RpcHost.StartAsync<Ways>(
            options => options.Limits.MaxCallsInFlightPerConnection = 1, services => services.AddSingleton<Ways>());
        using var recorder = new MeasurementRecorder(host.App.Services);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 00 A4 77616974 90");             // wait
        await ServiceOf(host).Entered.Task.InTime();
        await peer.SendAsync("94 00 01 SUM 94 00 02 SUM");
        await peer.SendAsync("93 02 A8 242f63616e63656c 91 01");     // $/cancel [1]
        Assert.StartsWith("940101", await peer.ReadMessageAsync(), StringComparison.Ordinal);
        ServiceOf(host).Gate.SetResult();
        Assert.Equal(["940100c0c0", "940102c003"], await peer.ReadMessagesAsync(2));

        Assert.Equal(
            ["error.type=cancelled;rpc.method=_OTHER;rpc.status_code=cancelled", "rpc.method=wait", "rpc.method=sum"], recorder.Served);
    }

    [Fact]
    public async Task Stream_SentAndFed_IsOneCallAndItsItemsAreCounted()
    {
        await using RpcHost host = await StartAsync(hasFilter: false);
        await using MprpcClient client = CreateClient(host);
        using var recorder = new MeasurementRecorder(host.App.Services);
        int count = 0;

        await foreach (int _ in client.StreamAsync<int>("count", 1000))
        {
            count++;
        }

        int total = await client.CallAsync<int>("total", MprpcStream.From(Numbers())).InTime();

        Assert.Equal((1000, 45), (count, total));
        Assert.Equal(["rpc.method=count", "rpc.method=total"], recorder.Served);
        Assert.Equal(1000, recorder.Of("mprpc.server.stream.items").Where(items => items.Tags == "direction=sent").Sum(items => items.Value));
        Assert.Equal(10, recorder.Of("mprpc.server.stream.items").Where(items => items.Tags == "direction=received").Sum(items => items.Value));

        static async IAsyncEnumerable<int> Numbers()
        {
            for (int i = 0; i < 10; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }
    }

    [Fact]
    public async Task Duration_OfCallsOfOneRead_IsEachCallsOwn()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock);
                builder.Services.AddSingleton(new Clocked(clock)).AddMprpc();
            },
            app => app.MapMprpcService<Clocked>(0));
        using var recorder = new MeasurementRecorder(host.App.Services);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 00 A7 616476616e6365 91 05 94 00 01 A7 616476616e6365 91 07 94 00 02 A7 616476616e6365 91 00");
        await peer.ReadMessagesAsync(3);

        Assert.Equal([0.005, 0.007, 0], recorder.Of("rpc.server.call.duration").Select(measured => Math.Round(measured.Value, 9)));
    }

    [Fact]
    public async Task Series_WhateverPeersSend_StayAsMany()
    {
        await using RpcHost host = await StartAsync(hasFilter: false);
        await using MprpcClient client = CreateClient(host);
        using var recorder = new MeasurementRecorder(host.App.Services);

        for (int i = 0; i < 300; i++)
        {
            await FailAsync(client, $"invented_{i}");
            await FailAsync(client, "refuse_with", $"code_{i}");
        }

        string[] series = [.. recorder.Served.Distinct()];
        Assert.Single(series, tags => tags.Contains("rpc.method=_OTHER", StringComparison.Ordinal));

        // The application's own mistake, to make codes of what it was sent: a hundred of them, and "error".
        Assert.Equal(101, series.Count(tags => tags.Contains("rpc.method=refuse_with", StringComparison.Ordinal)));
        Assert.Equal(600, recorder.Served.Length);
    }

    [Fact]
    public async Task Instruments_OfTheServer_AreThoseOfTheConventions()
    {
        await using RpcHost host = await StartAsync(hasFilter: false);
        using var recorder = new MeasurementRecorder(host.App.Services);

        var duration = Assert.IsType<Histogram<double>>(recorder.Instruments.Single(instrument => instrument.Name == "rpc.server.call.duration"));

        Assert.Equal((MprpcTelemetry.ServerName, "https://opentelemetry.io/schemas/1.45.0"), (duration.Meter.Name, duration.Meter.TelemetrySchemaUrl));
        Assert.Equal("s", duration.Unit);
        Assert.Equal(
            [0.00001, 0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10], duration.Advice!.HistogramBucketBoundaries!);
        Assert.Equal(
            [
                "mprpc.server.active_calls", "mprpc.server.connection.duration", "mprpc.server.connections", "mprpc.server.limit_hits",
                "mprpc.server.stream.items", "mprpc.server.streams", "mprpc.server.undelivered", "rpc.server.call.duration",
            ],
            recorder.Instruments.Select(instrument => instrument.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Gauges_WhileCallsRun_SayHowMany()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Mprpc:Endpoints:main:Url"] = "tcp://127.0.0.1:0";
                builder.Services.AddSingleton<Ways>().AddMprpc().AddService<Ways>();
            },
            map: null);
        using var recorder = new MeasurementRecorder(host.App.Services);
        Assert.Equal(new Dictionary<string, double> { ["mprpc.endpoint=main"] = 0 }, recorder.Observe("mprpc.server.connections"));
        Task call;

        await using (MprpcClient client = CreateClient(host))
        {
            call = client.CallAsync("wait").AsTask();
            await ServiceOf(host).Entered.Task.InTime();

            Assert.Equal(new Dictionary<string, double> { ["mprpc.endpoint=main"] = 1 }, recorder.Observe("mprpc.server.connections"));
            Assert.Equal(new Dictionary<string, double> { ["mprpc.endpoint=main"] = 1 }, recorder.Observe("mprpc.server.active_calls"));
            ServiceOf(host).Gate.SetResult();
            await call.InTime();
        }

        await Bounded.Until(() => recorder.Of("mprpc.server.connection.duration").Length == 1, "the connection has ended");
        Assert.Equal("mprpc.endpoint=main", recorder.Of("mprpc.server.connection.duration")[0].Tags);
        Assert.Equal(new Dictionary<string, double> { ["mprpc.endpoint=main"] = 0 }, recorder.Observe("mprpc.server.connections"));
    }

    [Fact]
    public async Task Connection_EndedByALimit_HasItAsItsError()
    {
        await using RpcHost host = await StartAsync(hasFilter: false);
        using var recorder = new MeasurementRecorder(host.App.Services);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("C1");
        await peer.ReadToAnyEndAsync();
        await Bounded.Until(() => recorder.Of("mprpc.server.connection.duration").Length == 1, "the connection has ended");

        Assert.EndsWith("error.type=message_shape", recorder.Of("mprpc.server.connection.duration")[0].Tags.Split(";mprpc")[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AccessLog_AtDebug_HasALineACall()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Logging.AddFilter("Mprpc.Calls", LogLevel.Debug);
                builder.Services.AddMprpc();
            },
            app => app.MapMprpcService<Ways>(0));
        await using MprpcClient client = CreateClient(host);

        await client.CallAsync<int>("sum", 1, 2).InTime();
        await FailAsync(client, "no\nsuch");

        var lines = host.Log.Entries.Where(entry => entry.Category == "Mprpc.Calls").ToArray();
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Equal(LogLevel.Debug, line.Level));
        Assert.Matches("^Call of 'sum' over connection .+ took [0-9.]+ ms: ok$", lines[0].Message);
        Assert.Matches("^Call of '_OTHER' over connection .+ took [0-9.]+ ms: method_not_found$", lines[1].Message);
    }

    [Fact]
    public async Task Calls_WhileNobodyListens_AreNotMeasuredLater()
    {
        await using RpcHost host = await StartAsync(hasFilter: false);
        await using MprpcClient client = CreateClient(host);
        Task call = client.CallAsync("wait").AsTask();
        await ServiceOf(host).Entered.Task.InTime();
        using var recorder = new MeasurementRecorder(host.App.Services);

        ServiceOf(host).Gate.SetResult();
        await call.InTime();
        await client.CallAsync<int>("sum", 1, 2).InTime();

        // What began before has no beginning.
        Assert.Equal(["rpc.method=sum"], recorder.Served);
    }

    private static Ways ServiceOf(RpcHost host) => host.App.Services.GetRequiredService<Ways>();

    private static Task<RpcHost> StartAsync(bool hasFilter) => RpcHost.StartAsync<Ways>(services: services =>
    {
        services.AddSingleton<Ways>();

        if (hasFilter)
        {
            services.AddMprpc().AddFilter((call, next) => next(call));
        }
    });

    private static MprpcClient CreateClient(RpcHost host)
        => new($"tcp://{host.Rpc}", new MprpcClientOptions { Extensions = MprpcExtensions.Always });

    private static Task<MprpcRemoteException> FailAsync(MprpcClient client, string method, params object?[] arguments)
        => Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync(method, arguments, CancellationToken.None).InTime());

    private sealed class Clocked(FakeTimeProvider clock)
    {
        public void Advance(int milliseconds) => clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
    }
}
