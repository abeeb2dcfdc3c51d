using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MessagePack.Resolvers;
using Mprpc;
using Mprpc.AspNetCore;
using Mprpc.Reliability.Server;

// Options come from the command line, as for any application: --Mprpc:Limits:MaxCallsInFlight=10. Of its own it knows --Faults:Logger=true and
// --Listen=tcp://127.0.0.1:0.
WebApplicationBuilder builder = WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
using var log = new CountingLog(throws: builder.Configuration.GetValue("Faults:Logger", false));
using X509Certificate2 certificate = SelfSigned();

builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.Warning);
builder.Services.AddSingleton(log).AddSingleton<Work>();
builder.Services.AddMprpc(options => options.Serializer = new MprpcSerializerOptions(
    CompositeResolver.Create([new ThrowingFormatter()], [StandardResolver.Instance])));
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
{
    listener.UseHttps(certificate);
    listener.UseMessagePackRpc(options => options.MapService<Work>());
}));

await using WebApplication app = builder.Build();
app.MapMprpcService<Work>(app.Configuration["Listen"] ?? "tcp://127.0.0.1:0");
await app.StartAsync();

int port = ((IPEndPoint)app.Services.GetRequiredService<IMprpcServer>().Endpoints[0]).Port;
int tlsPort = new Uri(app.Urls.Single()).Port;
await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"listening {port} {tlsPort}"));
await app.WaitForShutdownAsync();

static X509Certificate2 SelfSigned()
{
    using var key = RSA.Create(2048);
    var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
}
