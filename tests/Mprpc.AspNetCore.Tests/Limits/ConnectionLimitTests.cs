using System.Net;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Tests.Listeners;

namespace Mprpc.AspNetCore.Tests.Limits;

/// <summary>Connections over MaxConnections: ended with FIN, counted each, logged in part; on whatever kind of endpoint.</summary>
public sealed class ConnectionLimitTests : IDisposable
{
    private const int Refused = 50;
    private const string EventName = "ConnectionRefused";

    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("application")]
    [InlineData("application with tls")]
    public async Task Connections_OverTheLimit_EndWithFinAreCountedAndLoggedInPart(string kind)
    {
        await using RpcHost host = await StartAsync(kind);
        EndPoint address = kind.StartsWith("application", StringComparison.Ordinal) ? host.Http : host.Rpc;
        using var meter = new LimitHitRecorder(host);
        var watch = System.Diagnostics.Stopwatch.StartNew();

        // Which of the two gets the place is not known: Kestrel serves each on a thread of its own.
        await using RawPeer first = await RawPeer.DialAsync(address);
        await using RawPeer second = await RawPeer.DialAsync(address);
        Assert.Equal("", await await Task.WhenAny(first.ReadToEndAsync(), second.ReadToEndAsync()));

        for (int i = 1; i < Refused; i++)
        {
            await using RawPeer peer = await RawPeer.DialAsync(address);
            Assert.Equal("", await peer.ReadToEndAsync());
        }

        await Bounded.Until(() => meter.Hits.Count == Refused, "each is counted");
        int seconds = (int)watch.Elapsed.TotalSeconds + 1;
        Assert.All(meter.Hits, hit => Assert.Equal("connections", hit));
        Assert.InRange(host.Log.Entries.Count(entry => entry.Event.Name == EventName), 1, 10 * (seconds + 1));
        Assert.InRange(host.Log.Entries.Count(entry => entry.Level >= LogLevel.Warning), 1, 10 * (seconds + 1));
        Assert.Contains("Mprpc:Limits:MaxConnections", host.Log.Entries.First(entry => entry.Event.Name == EventName).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("application")]
    [InlineData("shared port")]
    public async Task Place_OfAConnectionThatHasEnded_IsAnothers(string kind)
    {
        await using RpcHost host = await StartAsync(kind);
        EndPoint address = kind == "tcp" ? host.Rpc : host.Http;

        for (int i = 0; i < 3; i++)
        {
            await using RawPeer peer = await RawPeer.DialAsync(address);
            await peer.AssertOpenAsync();
            peer.FinishSending();
            await peer.ReadToEndAsync();
            await Bounded.Until(() => host.Log.Entries.Count(entry => entry.Event.Name == "ConnectionEnded") == i + 1, "that it has ended");
            await Bounded.Until(() => host.App.Services.GetRequiredService<IMprpcServer>().ConnectionCount == 0, "that it is forgotten");
        }

        Assert.DoesNotContain(host.Log.Entries, entry => entry.Event.Name == EventName);
    }

    [Fact]
    public async Task SharedPort_AtTheLimit_StillServesHttp()
    {
        await using RpcHost host = await StartAsync("shared port");
        using var meter = new LimitHitRecorder(host);
        await using RawPeer first = await RawPeer.DialAsync(host.Http);
        await first.AssertOpenAsync();
        await using RawPeer second = await RawPeer.DialAsync(host.Http);
        using var http = new HttpClient();

        await second.SendAsync("94 00 01 SUM");
        string refused = await second.ReadToAnyEndAsync();
        string page = await http.GetStringAsync(new Uri($"http://{host.Http}/")).InTime();

        Assert.Equal(("", "page"), (refused, page));
        Assert.Equal(["connections"], meter.Hits);
    }

    [Fact]
    public async Task WebSocket_OverTheLimit_IsRefusedWith503()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(options => options.Limits.MaxConnections = 1).AddService<Adder>(),
            app => app.MapMprpcWebSocket("/rpc"));
        using var meter = new LimitHitRecorder(host);
        using var first = new ClientWebSocket();
        using var second = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        using var third = new ClientWebSocket();
        var address = new Uri($"ws://{host.Http}/rpc");
        await first.ConnectAsync(address, CancellationToken.None).InTime();

        await Assert.ThrowsAsync<WebSocketException>(() => second.ConnectAsync(address, CancellationToken.None).InTime());
        await first.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).InTime();
        await Bounded.Until(() => host.App.Services.GetRequiredService<IMprpcServer>().ConnectionCount == 0, "that the first is gone");
        HttpStatusCode refused = second.HttpStatusCode;
        await Bounded.Until(() => TryConnect(address), "that its place is free");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused);
        Assert.Contains("connections", meter.Hits);
        Assert.Contains(host.Log.Entries, entry => entry.Event.Name == EventName);
    }

    private static bool TryConnect(Uri address)
    {
        using var socket = new ClientWebSocket();

        try
        {
            socket.ConnectAsync(address, CancellationToken.None).InTime().GetAwaiter().GetResult();
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    private Task<RpcHost> StartAsync(string kind)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc(options => options.Limits.MaxConnections = 1).AddService<Adder>();

                if (kind is "tcp" or "tls")
                {
                    return;
                }

                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
                {
                    if (kind == "shared port")
                    {
                        listener.UseMessagePackRpcOrHttp();
                    }
                    else
                    {
                        listener.UseMessagePackRpc(options => _ = kind == "application" ? options : options.UseTls(_certificates.Server()));
                    }
                }));
            },
            app =>
            {
                app.MapGet("/", () => "page");

                if (kind is "tcp" or "tls")
                {
                    app.MapMprpcService<Adder>($"{kind}://127.0.0.1:0")
                        .WithEndpoint(options => _ = kind == "tcp" ? options : options.UseTls(_certificates.Server()));
                }
            });
}
