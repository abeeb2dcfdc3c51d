using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Mprpc.AspNetCore;
using Mprpc.Client;
using Tls;

// Mutual TLS: the server proves who it is, and so does each client. Both certificates come from one authority, made here for the minutes that this runs; yours
// come from files or a store.
using var authority = new Authority();
using X509Certificate2 serverCertificate = authority.Issue("localhost", Authority.ForServers);
using X509Certificate2 clientCertificate = authority.Issue("anna", Authority.ForClients);

// ---- the server
var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls("http://127.0.0.1:0");      // HTTP is not needed here
builder.Services.AddMprpc();

var app = builder.Build();

app.MapMprpcService<Greeter>("tls://127.0.0.1:0").WithEndpoint(options => options.UseTls(tls =>
{
    tls.ServerCertificate = serverCertificate;
    tls.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
    tls.OnAuthenticate = (_, ssl) => ssl.CertificateChainPolicy = authority.Trust();     // without this: the authorities that the machine trusts
}));

await app.StartAsync();
EndPoint address = app.Services.GetRequiredService<IMprpcServer>().Endpoints[0];

// ---- a client with a certificate
await using var anna = new MprpcClient($"tls://{address}", new MprpcClientOptions
{
    Tls = new SslClientAuthenticationOptions { ClientCertificates = [clientCertificate], CertificateChainPolicy = authority.Trust() },
});
Console.WriteLine($"With a certificate:    {await anna.CallAsync<string>("greet")}");

// ---- one without
await using var stranger = new MprpcClient($"tls://{address}", new MprpcClientOptions
{
    Tls = new SslClientAuthenticationOptions { CertificateChainPolicy = authority.Trust() },
});

try
{
    Console.WriteLine($"Without:               {await stranger.CallAsync<string>("greet")}");
}
catch (Mprpc.MprpcConnectionException)
{
    Console.WriteLine("Without:               the server ends the connection.");
}

// ---- and one that does not trust the server
await using var careful = new MprpcClient($"tls://{address}", new MprpcClientOptions
{
    Tls = new SslClientAuthenticationOptions { ClientCertificates = [clientCertificate] },
});

try
{
    Console.WriteLine($"Of another authority:  {await careful.CallAsync<string>("greet")}");
}
catch (Mprpc.MprpcConnectionException)
{
    Console.WriteLine("Of another authority:  the client ends the connection, and has said nothing.");
}

await app.StopAsync();
