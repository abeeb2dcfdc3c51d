using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Tls;

/// <summary>Which certificates a server takes of a client, and a client of a server.</summary>
public sealed class CertificateMatrixTests : IDisposable
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private readonly TestCertificates _certificates = new();
    private readonly TestCertificates _others = new("another authority");

    public enum Shown
    {
        Good,
        None,
        Expired,
        SelfSigned,
        OfAnotherAuthority,
        ForAnotherUsage,
        ForAnotherName,
        ForAnotherAddress,
        ForTheAddressAlone,
    }

    public void Dispose()
    {
        _certificates.Dispose();
        _others.Dispose();
    }

    [Theory]
    [InlineData(Shown.Good, true)]
    [InlineData(Shown.None, false)]
    [InlineData(Shown.Expired, false)]
    [InlineData(Shown.SelfSigned, false)]
    [InlineData(Shown.OfAnotherAuthority, false)]
    [InlineData(Shown.ForAnotherUsage, false)]
    [InlineData(Shown.ForAnotherName, true)]        // who the client is, authorization says
    public async Task Server_ThatRequiresACertificate_TakesOnlyAGoodOne(Shown shown, bool isTaken)
    {
        using X509Certificate2 server = _certificates.Server();
        using X509Certificate2? client = Create(shown, "anna", ForClients, ForServers);
        await using RpcHost host = await StartAsync(server, requiresCertificate: true);
        await using var caller = new MprpcClient($"tls://localhost:{((IPEndPoint)host.Rpc).Port}", new MprpcClientOptions
        {
            Tls = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = _certificates.ChainPolicy(),
                ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, null, offline: true),
            },
        });

        await AssertTakenAsync(isTaken, caller, client?.Subject);
    }

    [Theory]
    [InlineData(Shown.Good, "localhost", true)]
    [InlineData(Shown.Good, "127.0.0.1", true)]
    [InlineData(Shown.Expired, "localhost", false)]
    [InlineData(Shown.SelfSigned, "localhost", false)]
    [InlineData(Shown.OfAnotherAuthority, "localhost", false)]
    [InlineData(Shown.ForAnotherName, "localhost", false)]
    [InlineData(Shown.ForAnotherAddress, "127.0.0.1", false)]
    [InlineData(Shown.ForTheAddressAlone, "127.0.0.1", true)]
    [InlineData(Shown.ForTheAddressAlone, "localhost", false)]
    public async Task Client_OfAServersCertificate_TakesOnlyAGoodOneForTheAddressThatItWasGiven(Shown shown, string address, bool isTaken)
    {
        using X509Certificate2? server = Create(shown, "localhost", ForServers, ForClients);
        await using RpcHost host = await StartAsync(server!, requiresCertificate: false);
        await using var caller = new MprpcClient($"tls://{address}:{((IPEndPoint)host.Rpc).Port}", new MprpcClientOptions
        {
            Tls = new SslClientAuthenticationOptions { CertificateChainPolicy = _certificates.ChainPolicy() },
        });

        await AssertTakenAsync(isTaken, caller, subject: null);
    }

    [Fact]
    public async Task Client_OfACertificateThatIsNotForServers_RefusesIt()
    {
        // Kestrel would not start with it.
        using X509Certificate2 server = Create(Shown.ForAnotherUsage, "localhost", ForServers, ForClients)!;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync();
        await using var caller = new MprpcClient($"tls://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}", new MprpcClientOptions
        {
            Tls = new SslClientAuthenticationOptions { CertificateChainPolicy = _certificates.ChainPolicy() },
        });

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => caller.CallAsync<string?>("name").InTime());

        Assert.Contains("NotValidForUsage", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => serving.InTime());

        async Task ServeAsync()
        {
            using TcpClient accepted = await listener.AcceptTcpClientAsync().InTime();
            await using var tls = new SslStream(accepted.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = server }).InTime();
            await tls.ReadExactlyAsync(new byte[1]).AsTask().InTime();
        }
    }

    private static async Task AssertTakenAsync(bool isTaken, MprpcClient caller, string? subject)
    {
        if (isTaken)
        {
            Assert.Equal(subject, await caller.CallAsync<string?>("name").InTime());
        }
        else
        {
            await Assert.ThrowsAsync<MprpcConnectionException>(() => caller.CallAsync<string?>("name").InTime());
        }
    }

    private X509Certificate2? Create(Shown shown, string name, string usage, string otherUsage) => shown switch
    {
        Shown.None => null,
        Shown.Expired => _certificates.Issue(name, usage, [name, "127.0.0.1"], isExpired: true),
        Shown.SelfSigned => TestCertificates.SelfSigned(name),
        Shown.OfAnotherAuthority => _others.Issue(name, usage, [name, "127.0.0.1"]),
        Shown.ForAnotherUsage => _certificates.Issue(name, otherUsage, [name, "127.0.0.1"]),
        Shown.ForAnotherName => _certificates.Issue(name, usage, ["example.org"]),
        Shown.ForAnotherAddress => _certificates.Issue(name, usage, [name, "192.0.2.1"]),
        Shown.ForTheAddressAlone => _certificates.Issue("somebody", usage, ["127.0.0.1"]),
        _ => _certificates.Issue(name, usage, [name, "127.0.0.1"]),
    };

    private Task<RpcHost> StartAsync(X509Certificate2 server, bool requiresCertificate)
        => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(), app => app.MapMprpcService<Who>("tls://127.0.0.1:0").WithEndpoint(options => options.UseTls(tls =>
        {
            tls.ServerCertificate = server;
            tls.ClientCertificateMode = requiresCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
            tls.OnAuthenticate = (_, ssl) => ssl.CertificateChainPolicy = _certificates.ChainPolicy();
        })));

    private sealed class Who
    {
        public string? Name(MprpcCallContext call) => call.Connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate?.Subject;
    }
}
