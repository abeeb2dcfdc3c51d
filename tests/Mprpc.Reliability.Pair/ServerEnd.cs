using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mprpc.AspNetCore;

namespace Mprpc.Reliability.Pair;

/// <summary>The server's process: one service by all transports.</summary>
internal static class ServerEnd
{
    public static async Task RunAsync(string folder)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0", "--hostBuilder:reloadConfigOnChange=false"]);
        using X509Certificate2 certificate = SelfSigned();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Ends>();
        builder.Services.AddMprpc();

        await using WebApplication app = builder.Build();
        app.UseWebSockets();
        app.MapMprpcService<Ends>("tcp://127.0.0.1:0");
        app.MapMprpcService<Ends>($"unix://{folder}/rpc.sock");
        app.MapMprpcService<Ends>("tls://127.0.0.1:0").WithEndpoint(endpoint => endpoint.UseTls(certificate));
        app.MapMprpcWebSocket("/rpc", endpoint => endpoint.MapService<Ends>());
        await app.StartAsync();

        IReadOnlyList<EndPoint> endpoints = app.Services.GetRequiredService<IMprpcServer>().Endpoints;
        await Console.Out.WriteLineAsync(
            $"listening tcp://{endpoints[0]} unix://{endpoints[1]} tls://{endpoints[2]} ws://{new Uri(app.Urls.Single()).Authority}/rpc");
        await Task.Run(Console.In.ReadToEnd);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
