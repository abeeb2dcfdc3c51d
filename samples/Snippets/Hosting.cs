using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Mprpc.Client;

namespace Snippets.Hosting;

internal static class Hosting
{
    public static void MapAddresses(WebApplication app)
    {
        // snippet: hosting/addresses
        app.MapMprpcService<SumServer>(6000);                       // 127.0.0.1:6000, this machine only
        app.MapMprpcService<SumServer>("tcp://0.0.0.0:6000");       // all addresses of IPv4
        app.MapMprpcService<SumServer>("tcp://[::]:6000");          // IPv6, and IPv4 where the system maps it; so does tcp://*:6000
        app.MapMprpcService<SumServer>("tls://*:6443");             // encrypted
        app.MapMprpcService<SumServer>("unix:///run/app/rpc.sock");
        app.MapMprpcService<SumServer>("pipe://./app");             // Windows
        // end snippet
    }

    public static void SetBacklog(WebApplicationBuilder builder)
    {
        // snippet: hosting/backlog
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.Backlog = 4096);      // of Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets
        // end snippet
    }

    public static void MapTls(WebApplication app, X509Certificate2 certificate, ICertificates certificates)
    {
        // snippet: hosting/tls
        app.MapMprpcService<SumServer>("tls://*:6443").WithEndpoint(options => options.UseTls(certificate));

        app.MapMprpcService<SumServer>("tls://*:6444").WithEndpoint(options => options.UseTls(tls =>
        {
            tls.ServerCertificateSelector = (_, name) => certificates.Find(name);       // may change while the application runs
            tls.ClientCertificateMode = ClientCertificateMode.RequireCertificate;       // mTLS
        }));
        // end snippet
    }

    public static void MapBehindProxy(WebApplication app)
    {
        // snippet: hosting/proxy
        app.MapMprpcService<SumServer>("tcp://10.0.0.1:6000").WithEndpoint(options => options.UseProxyProtocol("10.0.0.7", "10.0.1.0/24"));
        // end snippet
    }

    public static void MapConfigured(WebApplication app)
    {
        // snippet: hosting/configured
        app.MapMprpcService<SumServer>("Public");
        // end snippet
    }

    public static void ConfigureKestrel(WebApplicationBuilder builder)
    {
        // snippet: hosting/kestrel
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenAnyIP(5000);
            kestrel.ListenAnyIP(6000, listener => listener.UseConnectionLogging().UseMessagePackRpc());
            kestrel.ListenAnyIP(7000, listener => listener.UseMessagePackRpcOrHttp());
        });
        // end snippet
    }

    public static void MapWebSocket(WebApplicationBuilder builder)
    {
        // snippet: hosting/websocket
        builder.Services.AddMprpc().AddService<SumServer>();

        var app = builder.Build();
        app.MapMprpcWebSocket("/rpc").RequireAuthorization();
        // end snippet
    }

    public static void AllowOrigins(WebApplicationBuilder builder)
    {
        // snippet: hosting/origins
        builder.Services.Configure<WebSocketOptions>(options => options.AllowedOrigins.Add("https://example.org"));
        // end snippet
    }

    public static async Task ConnectWebSocketAsync(string token)
    {
        // snippet: hosting/websocket-client
        await using var client = new MprpcClient("wss://example.org/rpc", new MprpcClientOptions
        {
            ConfigureWebSocket = socket => socket.SetRequestHeader("Authorization", $"Bearer {token}"),
        });
        // end snippet
    }
}

internal sealed class SumServer
{
    public int Sum(int x, int y) => x + y;
}

internal interface ICertificates
{
    X509Certificate2? Find(string? name);
}
