using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mprpc.AspNetCore.Tests.Listeners;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Configuration;

/// <summary>Endpoints of the configuration, Mprpc:Endpoints:NAME.</summary>
public sealed class ConfiguredEndpointTests
{
    [Fact]
    public async Task Endpoint_WithoutMapping_ServesWhatAddServiceHasAdded()
    {
        await using RpcHost host = await StartAsync(new() { ["Public:Url"] = "tcp://127.0.0.1:0" });
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Single(host.Endpoints);
    }

    [Fact]
    public async Task Endpoint_MappedByName_ServesOnlyWhatIsMapped()
    {
        await using RpcHost host = await StartAsync(new() { ["Public:Url"] = "tcp://127.0.0.1:0" }, app =>
        {
            app.MapMprpcService<Greeter>("Public");
            app.MapMprpcService<Parrot>("public");
        });
        await using MprpcClient client = host.CreateClient();

        string greeting = await client.CallAsync<string>("greet").InTime();
        string echo = await client.CallAsync<string>("echo", "again").InTime();
        var exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Equal(("hello", "again"), (greeting, echo));
        Assert.Contains("sum", exception.Message, StringComparison.Ordinal);
        Assert.Single(host.Endpoints);
    }

    [Fact]
    public async Task Endpoints_OfConfigurationAndCode_AreServedSideBySide()
    {
        await using RpcHost host = await StartAsync(
            new() { ["One:Url"] = "tcp://127.0.0.1:0", ["Two:Url"] = "tcp://127.0.0.1:0" },
            app => app.MapMprpcService<Greeter>(0));

        Assert.Equal(3, host.Endpoints.Count);
        await using var code = new MprpcClient($"tcp://{host.Endpoints[0]}");
        await using var two = new MprpcClient($"tcp://{host.Endpoints[2]}");
        Assert.Equal("hello", await code.CallAsync<string>("greet").InTime());
        Assert.Equal(3, await two.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task Peer_ByName_SetsHowTheEndpointSpeaks()
    {
        await using RpcHost host = await StartAsync(new() { ["Old:Url"] = "tcp://127.0.0.1:0", ["Old:Peer"] = "msgpackrpcruby" });
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 09 a1 78 90");
        string error = await peer.ReadMessageAsync();

        // [1, 9, ".CallError.NoMethodError", [message]]
        Assert.StartsWith("940109b82e43616c6c4572726f722e4e6f4d6574686f644572726f7291", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ErrorShape_Map_TellsTheCode()
    {
        await using RpcHost host = await StartAsync(new() { ["Public:Url"] = "tcp://127.0.0.1:0", ["Public:ErrorShape"] = "map" });
        await using MprpcClient client = host.CreateClient();

        var exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("nosuch").InTime());

        Assert.Equal(("Method 'nosuch' not found.", "unknown_method"), (exception.Message, exception.Code));
    }

    [Fact]
    public async Task SingleOptions_BesidePeer_OverrideIt()
    {
        await using RpcHost host = await StartAsync(new()
        {
            ["Old:Url"] = "tcp://127.0.0.1:0",
            ["Old:Peer"] = "MsgpackRpcJava",
            ["Old:ErrorShape"] = "codeandmessage",
            ["Old:OldSpec"] = "false",
            ["Old:ResponseOrder"] = "InOrder",
        });
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 09 a1 78 90");

        Assert.StartsWith("940109920", await peer.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_AfterConfiguration_OverridesIt()
    {
        await using RpcHost host = await StartAsync(
            new() { ["Public:Url"] = "tcp://127.0.0.1:0", ["Public:ErrorShape"] = "CodeAndMessage", ["Public:Limits:MaxDepth"] = "9" },
            app => app.MapMprpcService<Adder>("Public").WithEndpoint(options =>
            {
                options.ErrorShape = MprpcErrorShape.Number;
                options.ConfigureLimits(limits => limits.MaxDepth = 3);
            }));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 09 a1 78 90");
        string error = await peer.ReadMessageAsync();
        await peer.SendAsync("94 00 09 a1 78 91 91 91 90");
        await peer.ReadToAnyEndAsync();

        Assert.Equal("94010901c0", error);
        Assert.Contains("deeper than 3 ", (await host.Log.WaitForAsync(3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_OfAnEndpoint_OverrideTheServersForItAlone()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Mprpc:Limits:MaxMessageSize"] = "100";
                builder.Configuration["Mprpc:Endpoints:Large:Url"] = "tcp://127.0.0.1:0";
                builder.Configuration["Mprpc:Endpoints:Large:Limits:MaxMessageSize"] = "1000";
                builder.Services.AddMprpc().AddService<Parrot>();
            },
            app => app.MapMprpcService<Parrot>(0));
        await using var small = new MprpcClient($"tcp://{host.Endpoints[0]}");
        await using var large = new MprpcClient($"tcp://{host.Endpoints[1]}");
        string text = new('x', 500);

        string echo = await large.CallAsync<string>("echo", text).InTime();

        Assert.Equal(text, echo);
        await Assert.ThrowsAsync<MprpcConnectionException>(() => small.CallAsync<string>("echo", text).InTime());
        Assert.Contains("100 bytes", (await host.Log.WaitForAsync(3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnixSocketMode_InOctal_IsSet()
    {
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("rpc.sock");
        await using RpcHost host = await StartAsync(new() { ["Local:Url"] = $"unix://{path}", ["Local:UnixSocketMode"] = "0660" });

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, FileRights.Of(path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Certificate_FromAFile_IsTheEndpoints(bool isPem)
    {
        using var certificates = new TestCertificates();
        using var folder = new TemporaryFolder();
        using X509Certificate2 server = certificates.Server();
        Dictionary<string, string?> settings = new() { ["Secure:Url"] = "tls://127.0.0.1:0", ["Secure:Certificate:Path"] = folder.PathOf("server") };

        if (isPem)
        {
            await File.WriteAllTextAsync(folder.PathOf("server"), server.ExportCertificatePem(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(folder.PathOf("key"), server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
            settings["Secure:Certificate:KeyPath"] = folder.PathOf("key");
        }
        else
        {
            await File.WriteAllBytesAsync(folder.PathOf("server"), server.Export(X509ContentType.Pkcs12, "secret"), TestContext.Current.CancellationToken);
            settings["Secure:Certificate:Password"] = "secret";
        }

        await using RpcHost host = await StartAsync(settings);
        await using MprpcClient client = CreateTlsClient(host, certificates);

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task ClientCertificateMode_Required_RefusesClientsWithout()
    {
        using var certificates = new TestCertificates();
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.PathOf("server"), certificates.Server().Export(X509ContentType.Pkcs12), TestContext.Current.CancellationToken);
        await using RpcHost host = await StartAsync(
            new()
            {
                ["Secure:Url"] = "tls://127.0.0.1:0",
                ["Secure:Certificate:Path"] = folder.PathOf("server"),
                ["Secure:ClientCertificateMode"] = "RequireCertificate",
            },
            app => app.MapMprpcService<Adder>("Secure")
                .WithEndpoint(options => options.UseTls(tls => tls.OnAuthenticate = (_, ssl) => ssl.CertificateChainPolicy = certificates.ChainPolicy())));
        await using MprpcClient stranger = CreateTlsClient(host, certificates);
        await using MprpcClient known = CreateTlsClient(host, certificates, certificates.Client("anna"));

        await Assert.ThrowsAsync<MprpcConnectionException>(() => stranger.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Equal(3, await known.CallAsync<int>("sum", 1, 2).InTime());
    }

    private static MprpcClient CreateTlsClient(RpcHost host, TestCertificates certificates, X509Certificate2? certificate = null)
        => new($"tls://{host.Rpc}", new MprpcClientOptions
        {
            Tls = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = certificates.ChainPolicy(),
                ClientCertificates = certificate is null ? null : [certificate],
            },
        });

    private static Task<RpcHost> StartAsync(Dictionary<string, string?> endpoints, Action<WebApplication>? map = null)
        => RpcHost.StartAsync(
            builder =>
            {
                foreach ((string key, string? value) in endpoints)
                {
                    builder.Configuration[$"Mprpc:Endpoints:{key}"] = value;
                }

                builder.Services.AddMprpc().AddService<Adder>();
            },
            map);

    private sealed class Greeter
    {
        public string Greet() => "hello";
    }

    private sealed class Parrot
    {
        public string Echo(string text) => text;
    }
}
