using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Tls;

/// <summary>Which name of the protocol our TLS listeners choose (ALPN), and what our clients make of it: docs/protocol.md 10.12.</summary>
public sealed class ProtocolNameTests : IDisposable
{
    private static readonly MprpcCallOptions s_tenant = new() { Metadata = new MprpcMetadata { ["tenant"] = "x" } };

    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData(true, "mprpc.1,mprpc", "mprpc.1")]
    [InlineData(true, "mprpc,mprpc.1", "mprpc.1")]
    [InlineData(true, "mprpc.1", "mprpc.1")]
    [InlineData(true, "mprpc", "mprpc")]
    [InlineData(true, "", "")]
    [InlineData(false, "mprpc.1,mprpc", "mprpc")]
    [InlineData(false, "mprpc", "mprpc")]
    [InlineData(false, "", "")]
    public async Task Listener_OfItsOwn_PrefersTheNameWithExtensionsWhereTheyAreOn(bool extensions, string offered, string expected)
    {
        await using RpcHost host = await StartAsync(options => options.Extensions = extensions);

        Assert.Equal(expected, await ChosenAsync(host.Rpc, offered));
    }

    [Theory]
    [InlineData(true, "mprpc.1,mprpc", "mprpc.1")]
    [InlineData(true, "mprpc", "mprpc")]
    [InlineData(true, "", "")]
    [InlineData(false, "mprpc.1,mprpc", "mprpc")]
    public async Task Listener_OfTheApplication_DoesTheSame(bool extensions, string offered, string expected)
    {
        await using RpcHost host = await RpcHost.StartOnKestrelAsync(options =>
        {
            options.MapService<Service>().UseTls(_certificates.Server());
            options.Extensions = extensions;
        });

        Assert.Equal(expected, await ChosenAsync(PortOf(host), offered));
    }

    [Theory]
    [InlineData(true, "mprpc.1,mprpc", "mprpc.1")]
    [InlineData(true, "mprpc", "mprpc")]
    [InlineData(true, "http/1.1", "http/1.1")]
    [InlineData(true, "h2,http/1.1", "h2")]
    [InlineData(true, "", "")]
    [InlineData(false, "mprpc.1,mprpc", "mprpc")]
    public async Task SharedPort_WithHttp_KnowsTheNamesOfBoth(bool extensions, string offered, string expected)
    {
        await using RpcHost host = await StartSharedAsync(extensions);

        Assert.Equal(expected, await ChosenAsync(PortOf(host), offered));
    }

    [Theory]
    [InlineData(MprpcExtensions.Never)]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Always)]
    public async Task SharedPort_HttpAndOurClient_AreBothServed(MprpcExtensions mode)
    {
        await using RpcHost host = await StartSharedAsync(extensions: true);
        IPEndPoint port = PortOf(host);
        using var handler = new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = _certificates.ChainPolicy() } };
        using var http = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20 };
        await using MprpcClient client = CreateClient(port, mode);

        Assert.Equal("hello", await http.GetStringAsync(new Uri($"https://127.0.0.1:{port.Port}/")).InTime());
        Assert.Equal(mode == MprpcExtensions.Never ? "mprpc" : "mprpc.1", (await client.CallAsync<string[]>("name").InTime())[1]);
    }

    [Theory]
    [InlineData(MprpcExtensions.Never, true, "mprpc")]
    [InlineData(MprpcExtensions.Never, false, "mprpc")]
    [InlineData(MprpcExtensions.WhenUsed, true, "mprpc.1")]
    [InlineData(MprpcExtensions.WhenUsed, false, "mprpc")]
    [InlineData(MprpcExtensions.Always, true, "mprpc.1")]
    [InlineData(MprpcExtensions.Always, false, "mprpc")]
    public async Task Client_OfEachMode_AgreesAndCalls(MprpcExtensions mode, bool extensions, string expected)
    {
        await using RpcHost host = await StartAsync(options => options.Extensions = extensions);
        await using MprpcClient client = CreateClient(host.Rpc, mode);

        string[] name = await client.CallAsync<string[]>("name").InTime();

        Assert.Equal(expected, name[1]);
    }

    [Fact]
    public async Task WhenUsed_ServerHasChosenMprpc1_NeedsNoOtherConnectionForMetadata()
    {
        await using RpcHost host = await StartAsync(_ => { });
        await using MprpcClient client = CreateClient(host.Rpc, MprpcExtensions.WhenUsed);

        string[] plain = await client.CallAsync<string[]>("name").InTime();
        string[] told = await client.CallAsync<string[]>("name", s_tenant).InTime();

        Assert.Equal([plain[0], "mprpc.1", "x"], told);
    }

    [Theory]
    [InlineData(MprpcExtensions.Never)]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Always)]
    public async Task UseHttps_BeforeUseMessagePackRpc_IsStillOfUseToOurClient(MprpcExtensions mode)
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc();
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
                    IPAddress.Loopback,
                    0,
                    listener => listener.UseHttps(_certificates.Server()).UseMessagePackRpc(options => options.MapService<Service>())));
            },
            map: null);
        await using MprpcClient client = CreateClient(PortOf(host), mode);

        Assert.Equal("", (await client.CallAsync<string[]>("name").InTime())[1]);
    }

    [Theory]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Always)]
    public async Task Server_PromisesTheExtensionsAndHasNone_IsAnError(MprpcExtensions mode)
    {
        await using RpcHost host = await RpcHost.StartOnKestrelAsync(options => options.MapService<Service>().UseTls(tls =>
        {
            options.Extensions = false;
            tls.ServerCertificate = _certificates.Server();
            tls.OnAuthenticate = (_, ssl) => ssl.ApplicationProtocols = [new SslApplicationProtocol("mprpc.1")];
        }));
        await using MprpcClient client = CreateClient(PortOf(host), mode);
        await using MprpcClient never = CreateClient(PortOf(host), MprpcExtensions.Never);

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<string[]>("name").InTime());

        Assert.Contains("'$/hello'", exception.Message, StringComparison.Ordinal);
        Assert.Equal("", (await never.CallAsync<string[]>("name").InTime())[1]);
    }

    private static IPEndPoint PortOf(RpcHost host) => new(IPAddress.Loopback, new Uri(host.App.Urls.Single()).Port);

    private Task<RpcHost> StartAsync(Action<MprpcEndpointOptions> configure)
        => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcService<Service>("tls://127.0.0.1:0").WithEndpoint(options =>
            {
                options.UseTls(_certificates.Server());
                configure(options);
            }));

    private Task<RpcHost> StartSharedAsync(bool extensions)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc();
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseMessagePackRpcOrHttp(options =>
                {
                    options.MapService<Service>().UseTls(_certificates.Server());
                    options.Extensions = extensions;
                })));
            },
            app => app.MapGet("/", () => "hello"));

    private MprpcClient CreateClient(EndPoint server, MprpcExtensions mode) => new($"tls://{server}", new MprpcClientOptions
    {
        Extensions = mode,
        Tls = new SslClientAuthenticationOptions { CertificateChainPolicy = _certificates.ChainPolicy() },
    });

    private async Task<string> ChosenAsync(EndPoint server, string offered)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server).InTime();
        await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = _certificates.ChainPolicy(),
            ApplicationProtocols = [.. offered.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => new SslApplicationProtocol(name))],
        }).InTime();
        return stream.NegotiatedApplicationProtocol.ToString();
    }

    private sealed class Service
    {
        /// <summary>The connection, the name that it has agreed on, and the tenant in the metadata.</summary>
        public string[] Name(MprpcCallContext call)
            =>
            [
                call.Connection.Id,
                call.Connection.Features.Get<ITlsApplicationProtocolFeature>() is { } tls ? Encoding.ASCII.GetString(tls.ApplicationProtocol.Span) : "",
                call.Metadata.GetString("tenant") ?? "",
            ];
    }
}
