using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using Mprpc.AspNetCore.Tests.Telemetry.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Telemetry;

/// <summary>The spans of calls, and how they belong together.</summary>
[Collection(ListenerTestsGroup.Name)]
public sealed class SpanTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static readonly ActivityTraceId s_trace = ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c");

    [Theory]
    [InlineData("span", false)]
    [InlineData("span_later", false)]
    [InlineData("span", true)]
    [InlineData("span_later", true)]
    public async Task Method_WhateverRunsIt_SeesItsOwnSpanInsideTheClients(string method, bool hasFilter)
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("way", hasFilter: hasFilter);
        await using MprpcClient client = CreateClient(host);
        using Activity test = StartTest();

        string? seen = await client.CallAsync<string?>($"way.{method}").InTime();

        Activity[] spans = recorder.OfTrace(test.TraceId);
        Activity made = Assert.Single(spans, span => span.Kind == ActivityKind.Client);
        Activity served = Assert.Single(spans, span => span.Kind == ActivityKind.Server);
        Assert.Equal(served.Id, seen);
        Assert.Equal(made.SpanId, served.ParentSpanId);
        Assert.Equal(test.SpanId, made.ParentSpanId);
        Assert.Equal(($"way.{method}", $"way.{method}"), (made.DisplayName, served.DisplayName));
        Assert.Equal((MprpcTelemetry.ClientName, MprpcTelemetry.ServerName), (made.Source.Name, served.Source.Name));
        Assert.Same(test, Activity.Current);
    }

    [Fact]
    public async Task Method_OnAThreadOfItsOwn_SeesItsOwnSpan()
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("block");
        await using MprpcClient client = CreateClient(host);
        using Activity test = StartTest();

        string?[] seen = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => client.CallAsync<string?>("block.block").AsTask())).InTime();
        seen = [.. seen, await client.CallAsync<string?>("block.block").InTime()];

        string?[] served = [.. recorder.OfTrace(test.TraceId).Where(span => span.Kind == ActivityKind.Server).Select(span => span.Id)];
        Assert.Equal(4, served.Length);
        Assert.Equal(served.Order(), seen.Order());
    }

    [Fact]
    public async Task Span_OfTheServer_HasTheAttributesOfTheConventions()
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("attributes");
        await using MprpcClient client = CreateClient(host);

        await client.CallAsync<int>("attributes.sum", 1, 2).InTime();
        await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("attributes.refuse").InTime());

        Activity served = await recorder.OneAsync("attributes.sum", ActivityKind.Server);
        Activity refused = await recorder.OneAsync("attributes.refuse", ActivityKind.Server);
        Assert.Equal(["network.peer.address", "network.peer.port", "rpc.method", "rpc.system.name"], Names(served));
        Assert.Equal(("attributes.sum", "msgpackrpc"), (served.GetTagItem("rpc.method"), served.GetTagItem("rpc.system.name")));
        Assert.Equal("127.0.0.1", served.GetTagItem("network.peer.address"));
        Assert.Equal(ActivityStatusCode.Unset, served.Status);
        Assert.Equal(["error.type", "network.peer.address", "network.peer.port", "rpc.method", "rpc.status_code", "rpc.system.name"], Names(refused));
        Assert.Equal(("todo_unknown", "todo_unknown"), (refused.GetTagItem("error.type"), refused.GetTagItem("rpc.status_code")));
        Assert.Equal(ActivityStatusCode.Error, refused.Status);
    }

    [Fact]
    public async Task Span_OfAClient_HasTheAttributesOfTheConventions()
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("asks");
        await using MprpcClient client = CreateClient(host);

        await client.CallAsync<int>("asks.sum", 1, 2).InTime();
        await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("asks.refuse").InTime());

        Activity made = await recorder.OneAsync("asks.sum", ActivityKind.Client);
        Activity refused = await recorder.OneAsync("asks.refuse", ActivityKind.Client);
        Assert.Equal(["rpc.method", "rpc.system.name", "server.address", "server.port"], Names(made));
        Assert.Equal(("127.0.0.1", ((IPEndPoint)host.Rpc).Port), (made.GetTagItem("server.address"), made.GetTagItem("server.port")));

        // What a server has sent is no attribute, unless it is known what it may be.
        Assert.Equal(("error", ActivityStatusCode.Error), (refused.GetTagItem("error.type"), refused.Status));
    }

    [Fact]
    public async Task Method_NobodyKnows_IsOnlyInAnAttributeOfTheSpanCleaned()
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("unknown");
        await using MprpcClient client = CreateClient(host);
        using Activity test = StartTest();

        await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("no\u202Esuch\n" + new string('x', 200)).InTime());

        Activity served = Assert.Single(recorder.OfTrace(test.TraceId), span => span.Kind == ActivityKind.Server);
        Assert.Equal(("msgpackrpc", "_OTHER"), (served.DisplayName, served.GetTagItem("rpc.method")));
        Assert.Equal("no?such?" + new string('x', 56) + "...", served.GetTagItem("rpc.method_original"));
        Assert.Equal("method_not_found", served.GetTagItem("rpc.status_code"));
    }

    [Fact]
    public async Task Peer_ThatIsPlain_GetsNothingAndItsCallsBeginTraces()
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("plain");
        await using var client = new MprpcClient($"tcp://{host.Rpc}");       // asks for the extensions only when the application uses them
        using Activity test = StartTest();

        Assert.Empty(await client.CallAsync<string[]>("plain.metadata").InTime());
        string? first = await client.CallAsync<string?>("plain.span").InTime();
        string? second = await client.CallAsync<string?>("plain.span").InTime();

        Activity[] served = recorder.Named("plain.span").Where(span => span.Kind == ActivityKind.Server).ToArray();
        Assert.Equal([first, second], served.Select(span => span.Id));
        Assert.Equal(3, served.Select(span => span.TraceId).Append(test.TraceId).Distinct().Count());
        Assert.All(served, span => Assert.Equal(default, span.ParentSpanId));
        Assert.Equal(3, recorder.OfTrace(test.TraceId).Length);
    }

    [Theory]
    [InlineData(MprpcTraceContext.Parent, true, false)]
    [InlineData(MprpcTraceContext.Link, false, true)]
    [InlineData(MprpcTraceContext.Ignore, false, false)]
    public async Task Trace_OfAPeer_BecomesWhatTheEndpointSays(MprpcTraceContext context, bool isParent, bool isLink)
    {
        string prefix = $"context_{context}";
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync(prefix, context);
        await using MprpcClient client = CreateClient(host);
        var metadata = new MprpcMetadata { ["traceparent"] = Parent, ["tracestate"] = "a=b", ["baggage"] = "k=v" };

        string? baggage = await client.CallAsync<string?>($"{prefix}.baggage", new MprpcCallOptions { Metadata = metadata }, "k").InTime();

        Activity served = await recorder.OneAsync($"{prefix}.baggage", ActivityKind.Server);
        Assert.Equal((isParent, isParent ? "v" : null), (served.TraceId == s_trace, baggage));
        Assert.Equal(isParent ? "a=b" : null, served.TraceStateString);
        Assert.Equal(isLink ? [s_trace] : [], served.Links.Select(link => link.Context.TraceId));
    }

    [Fact]
    public async Task Trace_OnAnEndpointThatRequiresALogin_IsALinkUntilThen()
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("login", requiresLogin: true);
        await using MprpcClient client = CreateClient(host);

        await Assert.ThrowsAsync<MprpcRemoteException>(
            () => client.CallAsync("login.sum", new MprpcCallOptions { Metadata = new MprpcMetadata { ["traceparent"] = Parent } }, 1, 2).InTime());

        Activity served = await recorder.OneAsync("login.sum", ActivityKind.Server);
        Assert.NotEqual(s_trace, served.TraceId);
        Assert.Equal(s_trace, Assert.Single(served.Links).Context.TraceId);
        Assert.Equal("unauthenticated", served.GetTagItem("rpc.status_code"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-zz")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    public async Task Trace_Malformed_IsIgnored(string parent)
    {
        string prefix = $"malformed_{parent.Length}";
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync(prefix);
        await using MprpcClient client = CreateClient(host);
        var metadata = new MprpcMetadata { ["traceparent"] = parent, ["baggage"] = "k=v" };

        string? baggage = await client.CallAsync<string?>($"{prefix}.baggage", new MprpcCallOptions { Metadata = metadata }, "k").InTime();

        Activity served = await recorder.OneAsync($"{prefix}.baggage", ActivityKind.Server);
        Assert.Equal((default, null), (served.ParentSpanId, baggage));
        Assert.Empty(served.Links);
    }

    [Fact]
    public async Task Trace_OfAnHttpRequest_GoesOnThroughTwoServers()
    {
        using var recorder = new SpanRecorder("Microsoft.AspNetCore");
        await using RpcHost last = await StartAsync("last");
        await using RpcHost middle = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc();
                builder.Services.AddMprpcClient<ILast>($"tcp://{last.Rpc}");
            },
            app => app.MapMprpcService<Middle>(0));
        await using RpcHost front = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpcClient<IMiddle>($"tcp://{middle.Rpc}"),
            app => app.MapGet("/total", (IMiddle service) => service.TotalAsync(2, 3)));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{front.Http}/total");
        var trace = ActivityTraceId.CreateRandom();
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");

        using HttpResponseMessage response = await http.SendAsync(request).InTime();
        Assert.Equal("5", await response.Content.ReadAsStringAsync().InTime());

        await Bounded.Until(() => recorder.OfTrace(trace).Any(span => span.Source.Name == "Microsoft.AspNetCore"), "the HTTP request's span");
        Activity[] spans = recorder.OfTrace(trace);
        Activity httpSpan = spans.Single(span => span.Source.Name == "Microsoft.AspNetCore");
        Activity toMiddle = spans.Single(span => span is { Kind: ActivityKind.Client, DisplayName: "total" });
        Activity inMiddle = spans.Single(span => span is { Kind: ActivityKind.Server, DisplayName: "total" });
        Activity toLast = spans.Single(span => span is { Kind: ActivityKind.Client, DisplayName: "last.sum" });
        Activity inLast = spans.Single(span => span is { Kind: ActivityKind.Server, DisplayName: "last.sum" });
        Assert.Equal(5, spans.Length);
        Assert.Equal(
            [httpSpan.SpanId, toMiddle.SpanId, inMiddle.SpanId, toLast.SpanId],
            [toMiddle.ParentSpanId, inMiddle.ParentSpanId, toLast.ParentSpanId, inLast.ParentSpanId]);
    }

    [Fact]
    public async Task Call_OverAWebSocket_IsLinkedToItsHttpRequest()
    {
        using var recorder = new SpanRecorder("Microsoft.AspNetCore");
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.UseWebSockets();
                app.MapMprpcWebSocket("/rpc", options => options.MapService<Ways>("socket"));
            });
        var trace = ActivityTraceId.CreateRandom();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        await socket.ConnectAsync(new Uri($"ws://{host.Http}/rpc"), CancellationToken.None).InTime();

        await socket.SendAsync(Hex.Bytes("94 00 00 AB 736f636b65742e7370616e 90"), WebSocketMessageType.Binary, true, CancellationToken.None).InTime();
        Activity served = await recorder.OneAsync("socket.span", ActivityKind.Server);

        Assert.NotEqual(trace, served.TraceId);
        Assert.Equal(default, served.ParentSpanId);
        Assert.Equal(trace, Assert.Single(served.Links).Context.TraceId);
    }

    [Fact]
    public async Task Metadata_OfTheCaller_StaysWithTheTraceAdded()
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("kept");
        await using MprpcClient client = CreateClient(host);
        using Activity test = StartTest();

        string[] seen = await client.CallAsync<string[]>(
            "kept.metadata", new MprpcCallOptions { Metadata = new MprpcMetadata { ["tenant"] = "x" } }).InTime();

        Activity made = Assert.Single(recorder.OfTrace(test.TraceId), span => span.Kind == ActivityKind.Client);
        Assert.Equal(["tenant=x", $"traceparent={made.Id}"], seen);
    }

    [Fact]
    public async Task Trace_OfTheCallersOwn_GoesBeforeTheSpans()
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("own");
        await using MprpcClient client = CreateClient(host);
        var metadata = new MprpcMetadata { ["traceparent"] = Parent };

        string[] seen = await client.CallAsync<string[]>("own.metadata", new MprpcCallOptions { Metadata = metadata }).InTime();

        Assert.Equal([$"traceparent={Parent}"], seen);
    }

    [Fact]
    public async Task Method_OfTheProtocolsOwn_IsCalledWithoutATrace()
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("protocol");
        await using MprpcClient client = CreateClient(host);

        await client.CallAsync("$/ping").InTime();      // in an envelope it would be unknown

        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task Listener_ThatThrows_LosesNoCall()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Mprpc.", StringComparison.Ordinal),
            Sample = static (ref ActivityCreationOptions<ActivityContext> options)
                => options.Name == "throws.sum" ? throw new InvalidOperationException("sampled") : ActivitySamplingResult.AllData,
            ActivityStopped = static span =>
            {
                if (span.DisplayName == "throws.span")
                {
                    throw new InvalidOperationException("stopped");
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using RpcHost host = await StartAsync("throws");
        await using MprpcClient client = CreateClient(host);

        Assert.Equal(3, await client.CallAsync<int>("throws.sum", 1, 2).InTime());
        Assert.NotNull(await client.CallAsync<string?>("throws.span").InTime());
        Assert.Equal(3, await client.CallAsync<int>("throws.sum_later", 1, 2).InTime());
    }

    [Fact]
    public async Task Stream_OfAServer_IsOneSpanOnEachSide()
    {
        using var recorder = new SpanRecorder();
        await using RpcHost host = await StartAsync("flow");
        await using MprpcClient client = CreateClient(host);
        using Activity test = StartTest();
        int count = 0;

        await foreach (int _ in client.StreamAsync<int>("flow.count", 100))
        {
            count++;
        }

        await Bounded.Until(() => recorder.OfTrace(test.TraceId).Length == 2, "both spans");
        Assert.Equal(100, count);
        Assert.Equal(
            [ActivityKind.Server, ActivityKind.Client], recorder.OfTrace(test.TraceId).Select(span => span.Kind).Order());
    }

    private static string[] Names(Activity span) => [.. span.TagObjects.Select(tag => tag.Key).Order(StringComparer.Ordinal)];

    private static Activity StartTest()
    {
        Activity.Current = null;
        return new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
    }

    private static MprpcClient CreateClient(RpcHost host)
        => new($"tcp://{host.Rpc}", new MprpcClientOptions { Extensions = MprpcExtensions.Always });

    private static Task<RpcHost> StartAsync(
        string prefix, MprpcTraceContext? context = null, bool hasFilter = false, bool requiresLogin = false)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Mprpc:Endpoints:main:Url"] = "tcp://127.0.0.1:0";
                builder.Configuration["Mprpc:Endpoints:main:TraceContext"] = context?.ToString();
                builder.Configuration["Mprpc:Endpoints:main:RequireAuthentication"] = requiresLogin.ToString();
                builder.Services.AddAuthentication("Bearer").AddJwtBearer();
                builder.Services.AddAuthorization();
                IMprpcServerBuilder server = builder.Services.AddMprpc();

                if (hasFilter)
                {
                    server.AddFilter((call, next) => next(call));
                }
            },
            app => app.MapMprpcService<Ways>("main").WithPrefix(prefix));

    [MprpcService(Prefix = "last")]
    public interface ILast
    {
        Task<int> SumAsync(int x, int y);
    }

    [MprpcService]
    public interface IMiddle
    {
        Task<int> TotalAsync(int x, int y);
    }

    public sealed class Middle(ILast last) : IMiddle
    {
        public Task<int> TotalAsync(int x, int y) => last.SumAsync(x, y);
    }
}
