using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Mprpc.AspNetCore.Tests.Listeners;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Tls;

/// <summary>TLS on a listener of the server's own, over real sockets, with our client and with .NET's own TLS.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData("tls://127.0.0.1:0")]
    [InlineData("tls://localhost:0")]
    [InlineData("tcp://127.0.0.1:0")]
    public async Task Client_ThatTrustsTheAuthority_Calls(string url)
    {
        await using RpcHost host = await StartAsync(url, options => options.UseTls(_certificates.Server()));
        await using MprpcClient client = CreateClient(host);

        int sum = await client.CallAsync<int>("sum", 1, 2).InTime();

        Assert.Equal(3, sum);
        Assert.Contains($"tls://{host.Rpc}", (await host.Log.WaitForAsync(100)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_ByDefault_RefusesAnUnknownAuthority()
    {
        await using RpcHost host = await StartAsync("tls://127.0.0.1:0", options => options.UseTls(_certificates.Server()));
        await using var client = new MprpcClient($"tls://{host.Rpc}");

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.False(exception.RequestWasSent);
        Assert.Contains("trusted", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_ForAnotherHost_RefusesTheCertificate()
    {
        await using RpcHost host = await StartAsync("tls://127.0.0.1:0", options => options.UseTls(_certificates.Server()));
        await using MprpcClient client = CreateClient(host, targetHost: "example.org");

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Contains("RemoteCertificateNameMismatch", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("mprpc")]
    public async Task ApplicationProtocol_OursOrNone_IsServed(string? protocol)
    {
        await using RpcHost host = await StartAsync("tls://127.0.0.1:0", options => options.UseTls(_certificates.Server()));

        await using SslStream stream = await DialAsync(host.Rpc, protocol is null ? [] : [new SslApplicationProtocol(protocol)]);
        string answer = await AskAsync(stream);

        Assert.Equal(protocol ?? "", stream.NegotiatedApplicationProtocol.ToString());
        Assert.Equal("940101c003", answer);
    }

    [Fact]
    public async Task ApplicationProtocol_OfHttp_IsRefused()
    {
        await using RpcHost host = await StartAsync("tls://127.0.0.1:0", options => options.UseTls(_certificates.Server()));

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using SslStream stream = await DialAsync(host.Rpc, [SslApplicationProtocol.Http2]);
            await AskAsync(stream);
        });

        await using MprpcClient client = CreateClient(host);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task OnAuthenticate_OfTheApplication_HasTheLastWord()
    {
        await using RpcHost host = await StartAsync("tls://127.0.0.1:0", options => options.UseTls(tls =>
        {
            tls.ServerCertificate = _certificates.Server();
            tls.OnAuthenticate = (_, ssl) => ssl.ApplicationProtocols!.Add(new SslApplicationProtocol("other"));
        }));

        await using SslStream stream = await DialAsync(host.Rpc, [new SslApplicationProtocol("other")]);

        Assert.Equal("other", stream.NegotiatedApplicationProtocol.ToString());
    }

    [Fact]
    public async Task ClientCertificate_Required_ReachesTheService()
    {
        await using RpcHost host = await StartAsync<Who>("tls://127.0.0.1:0", Mutual);
        await using MprpcClient client = CreateClient(host, _certificates.Client("anna"));

        string name = await client.CallAsync<string>("name").InTime();

        Assert.Equal("CN=anna", name);
    }

    [Fact]
    public async Task ClientCertificate_RequiredAndMissing_CannotCall()
    {
        await using RpcHost host = await StartAsync<Who>("tls://127.0.0.1:0", Mutual);
        await using MprpcClient stranger = CreateClient(host);
        await using MprpcClient known = CreateClient(host, _certificates.Client("anna"));

        // With TLS 1.3 the client's side of the handshake is done before the server's refusal comes.
        await Assert.ThrowsAsync<MprpcConnectionException>(() => stranger.CallAsync<string>("name").InTime());

        Assert.Equal("CN=anna", await known.CallAsync<string>("name").InTime());
    }

    [Fact]
    public async Task ClientCertificate_OfAnotherAuthority_CannotCall()
    {
        using var others = new TestCertificates("another authority");
        await using RpcHost host = await StartAsync<Who>("tls://127.0.0.1:0", Mutual);
        await using MprpcClient stranger = CreateClient(host, others.Client("anna"));

        await Assert.ThrowsAsync<MprpcConnectionException>(() => stranger.CallAsync<string>("name").InTime());
    }

    [Fact]
    public async Task Plaintext_ToATlsPort_EndsWithinTheHandshakeTimeoutAndHarmsNothing()
    {
        await using RpcHost host = await StartAsync(
            "tls://127.0.0.1:0",
            options => options.UseTls(_certificates.Server()).ConfigureLimits(limits => limits.TlsHandshakeTimeout = TimeSpan.FromSeconds(1)));
        await using RawPeer talking = await RawPeer.DialAsync(host.Rpc);
        await using RawPeer silent = await RawPeer.DialAsync(host.Rpc);
        await using RawPeer dribbling = await RawPeer.DialAsync(host.Rpc);

        await talking.SendAsync("94 00 01 SUM");
        await dribbling.SendAsync("16 03 01");      // the beginning of a handshake
        string[] answers = [await talking.ReadToAnyEndAsync(), await silent.ReadToAnyEndAsync(), await dribbling.ReadToAnyEndAsync()];
        await using MprpcClient client = CreateClient(host);
        int sum = await CallUntilAnsweredAsync(client);

        Assert.All(answers, answer => Assert.DoesNotContain("940101c003", answer, StringComparison.Ordinal));
        Assert.Equal(3, sum);
    }

    [Fact]
    public void HandshakeTimeout_ByDefault_IsTenSeconds()
        => Assert.Equal(TimeSpan.FromSeconds(10), new MprpcServerOptions().Limits.TlsHandshakeTimeout);

    [Fact]
    public async Task Certificate_NotGiven_IsTheDefaultOfKestrel()
    {
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("default.pfx");
        await File.WriteAllBytesAsync(path, _certificates.Server().Export(X509ContentType.Pkcs12, "secret"), TestContext.Current.CancellationToken);
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Kestrel:Certificates:Default:Path"] = path;
                builder.Configuration["Kestrel:Certificates:Default:Password"] = "secret";
                builder.Services.AddMprpc();
            },
            app => app.MapMprpcService<Adder>("tls://127.0.0.1:0"));
        await using MprpcClient client = CreateClient(host);

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task Certificate_InASlimApplication_IsTheDefaultOfKestrel()
    {
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("default.pfx");
        await File.WriteAllBytesAsync(path, _certificates.Server().Export(X509ContentType.Pkcs12), TestContext.Current.CancellationToken);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0", "--hostBuilder:reloadConfigOnChange=false"]);
        builder.Configuration["Kestrel:Certificates:Default:Path"] = path;
        builder.Services.AddMprpc();
        await using WebApplication app = builder.Build();
        app.MapMprpcService<Adder>("tls://127.0.0.1:0");

        await app.StartAsync(TestContext.Current.CancellationToken).InTime();
        await using MprpcClient client = CreateClient(app.Services.GetRequiredService<IMprpcServer>().Endpoints[0]);

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task UseTls_OnAListenerOfTheApplication_IsServed()
    {
        await using RpcHost host = await RpcHost.StartOnKestrelAsync(options => options.MapService<Adder>().UseTls(_certificates.Server()));
        var url = new Uri(host.App.Urls.Single());

        await using SslStream stream = await DialAsync(new IPEndPoint(IPAddress.Loopback, url.Port), [new SslApplicationProtocol("mprpc")]);

        Assert.Equal("940101c003", await AskAsync(stream));
    }

    [Fact]
    public async Task Address_OnceWithTlsAndOnceWithout_Throws()
    {
        await using RpcHost host = RpcHost.Build(builder => builder.Services.AddMprpc(), map: null);
        host.App.MapMprpcService<Adder>("tls://127.0.0.1:6000");

        var exception = Assert.Throws<InvalidOperationException>(() => host.App.MapMprpcService<Who>("tcp://localhost:6000"));

        Assert.Contains("once with TLS and once without", exception.Message, StringComparison.Ordinal);
    }

    private void Mutual(MprpcEndpointOptions options) => options.UseTls(tls =>
    {
        tls.ServerCertificate = _certificates.Server();
        tls.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        tls.OnAuthenticate = (_, ssl) => ssl.CertificateChainPolicy = _certificates.ChainPolicy();
    });

    private static Task<RpcHost> StartAsync(string url, Action<MprpcEndpointOptions> configure) => StartAsync<Adder>(url, configure);

    private static Task<RpcHost> StartAsync<T>(string url, Action<MprpcEndpointOptions> configure)
        where T : class
        => RpcHost.StartAsync(builder => builder.Services.AddMprpc(), app => app.MapMprpcService<T>(url).WithEndpoint(configure));

    private MprpcClient CreateClient(RpcHost host, X509Certificate2? certificate = null, string? targetHost = null)
        => CreateClient(host.Rpc, certificate, targetHost);

    private MprpcClient CreateClient(EndPoint server, X509Certificate2? certificate = null, string? targetHost = null)
        => new($"tls://{server}", new MprpcClientOptions
        {
            Tls = new SslClientAuthenticationOptions
            {
                TargetHost = targetHost,
                CertificateChainPolicy = _certificates.ChainPolicy(),
                ClientCertificates = certificate is null ? null : [certificate],
            },
        });

    /// <summary>The short timeout holds for its handshakes too, which a machine that stalls may not have done in time.</summary>
    private static async Task<int> CallUntilAnsweredAsync(MprpcClient client)
    {
        using var giveUp = new CancellationTokenSource(Bounded.Time);

        while (true)
        {
            try
            {
                return await client.CallAsync<int>("sum", giveUp.Token, 1, 2).InTime();
            }
            catch (MprpcConnectionException exception) when (!exception.RequestWasSent)
            {
                // Not connected: another attempt.
            }
        }
    }

    private async Task<SslStream> DialAsync(EndPoint server, List<SslApplicationProtocol> protocols)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server).InTime();
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = _certificates.ChainPolicy(),
            ApplicationProtocols = protocols,
        }).InTime();
        return stream;
    }

    private static async Task<string> AskAsync(SslStream stream)
    {
        byte[] answer = new byte[5];
        await stream.WriteAsync(Hex.Bytes("94 00 01 SUM")).InTime();
        await stream.ReadExactlyAsync(answer).InTime();
        return Hex.Text(answer);
    }

    private sealed class Who
    {
        public string? Name(MprpcCallContext call) => call.Connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate?.Subject;
    }
}
