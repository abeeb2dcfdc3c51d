using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Mprpc.AspNetCore.Tests.Listeners;

namespace Mprpc.AspNetCore.Tests.WebSockets;

/// <summary>A WebSocket over TLS, by HTTP/1.1's upgrade and by HTTP/2's extended CONNECT.</summary>
public sealed class WebSocketHttp2Tests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Request_OverTls_IsAnsweredAndTheCloseAgreed(int version)
    {
        string? protocol = null;
        await using RpcHost host = await StartAsync(seen => protocol = seen);
        using var invoker = new HttpMessageInvoker(CreateHandler());
        using ClientWebSocket socket = await OpenAsync(host, version, invoker);

        await socket.SendAsync(Hex.Bytes("94 00 01 SUM"), WebSocketMessageType.Binary, true, CancellationToken.None).InTime();
        byte[] answer = new byte[64];
        WebSocketReceiveResult received = await socket.ReceiveAsync(answer, CancellationToken.None).InTime();
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).InTime();

        Assert.Equal("940101c003", Hex.Text(answer.AsSpan(0, received.Count)));
        Assert.Equal(version == 1 ? "HTTP/1.1" : "HTTP/2", protocol);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await host.Log.WaitForAsync(2);
        Assert.Null(host.Log.Find(4));
    }

    [Fact]
    public async Task WebSockets_OnOneHttp2Connection_AreConnectionsOfTheirOwn()
    {
        await using RpcHost host = await StartAsync(_ => { });
        using var invoker = new HttpMessageInvoker(CreateHandler());
        ClientWebSocket[] sockets = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OpenAsync(host, 2, invoker)));

        sockets[0].Abort();
        await Task.WhenAll(
            sockets.Skip(1).Select(socket => socket.SendAsync(Hex.Bytes("94 00 01 SUM"), WebSocketMessageType.Binary, true, CancellationToken.None).InTime()));
        WebSocketReceiveResult[] answers = await Task.WhenAll(
            sockets.Skip(1).Select(socket => socket.ReceiveAsync(new byte[64], CancellationToken.None).InTime()));

        Assert.All(answers, answer => Assert.Equal(5, answer.Count));
        await Bounded.Until(() => host.App.Services.GetRequiredService<IMprpcServer>().ConnectionCount == 19, "that the aborted one is gone");
        Array.ForEach(sockets, socket => socket.Dispose());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Stop_WithOpenWebSockets_ClosesThem(int version)
    {
        await using RpcHost host = await StartAsync(_ => { });
        using var invoker = new HttpMessageInvoker(CreateHandler());
        using ClientWebSocket socket = await OpenAsync(host, version, invoker);

        Task stopping = host.App.StopAsync();
        WebSocketReceiveResult received = await socket.ReceiveAsync(new byte[64], CancellationToken.None).InTime();
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).InTime();
        await stopping.InTime();

        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.EndpointUnavailable), (received.MessageType, socket.CloseStatus));
    }

    private SocketsHttpHandler CreateHandler() => new() { SslOptions = { CertificateChainPolicy = _certificates.ChainPolicy() } };

    private static async Task<ClientWebSocket> OpenAsync(RpcHost host, int version, HttpMessageInvoker invoker)
    {
        var socket = new ClientWebSocket
        {
            Options = { HttpVersion = new Version(version, version == 1 ? 1 : 0), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact },
        };
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{new Uri(host.App.Urls.Single()).Port}/rpc"), invoker, CancellationToken.None).InTime();
        return socket;
    }

    private Task<RpcHost> StartAsync(Action<string> onRequest)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc().AddService<Adder>();
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
                {
                    listener.Protocols = HttpProtocols.Http1AndHttp2;
                    listener.UseHttps(_certificates.Server());
                }));
            },
            app =>
            {
                app.Use((context, next) =>
                {
                    onRequest(context.Request.Protocol);
                    return next(context);
                });
                app.MapMprpcWebSocket("/rpc");
            });
}
