using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Proxies;

/// <summary>Connections that a proxy hands on, on every kind of listener, and those that only say so.</summary>
public sealed class ProxyProtocolTests
{
    private const string Signature = "0d0a0d0a000d0a515549540a";
    private const string OfClient = Signature + "21 11 000c c0000201 c0000202 3039 1770";
    private const string OfClient6 = Signature + "21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 3039 1770";
    private const string OfProxy = Signature + "20 00 0000";
    private const string WhoAmI = "94 00 01 a377686f 90";
    private const string Client = "192.0.2.1:12345";

    /// <summary>How a listener is made.</summary>
    public enum Listener
    {
        Own,
        OfTheApplication,
        SharedWithHttp,
        Unix,
    }

    [Theory]
    [InlineData(Listener.Own, false)]
    [InlineData(Listener.Own, true)]
    [InlineData(Listener.OfTheApplication, false)]
    [InlineData(Listener.OfTheApplication, true)]
    [InlineData(Listener.SharedWithHttp, false)]
    [InlineData(Listener.SharedWithHttp, true)]
    [InlineData(Listener.Unix, false)]
    [InlineData(Listener.Unix, true)]
    public async Task Header_OfAClient_GivesTheConnectionItsAddress(Listener listener, bool isInPieces)
    {
        using var folder = new TemporaryFolder();
        await using RpcHost host = await StartAsync(listener, folder);
        await using RawPeer peer = await DialAsync(host, listener, folder);

        if (isInPieces)
        {
            await peer.SendPiecesAsync(Hex.Bytes(OfClient + WhoAmI).Select(value => new ReadOnlyMemory<byte>([value])));
        }
        else
        {
            await peer.SendAsync(OfClient + WhoAmI);
        }

        Assert.Equal(Client + " at 192.0.2.2:6000", Answer(await peer.ReadMessageAsync()));
        await peer.SendAsync(WhoAmI);
        Assert.Equal(Client + " at 192.0.2.2:6000", Answer(await peer.ReadMessageAsync()));
    }

    [Theory]
    [InlineData(OfClient6, "[2001:db8::1]:12345 at [2001:db8::2]:6000")]
    [InlineData(Signature + "21 11 0010 c0000201 c0000202 3039 1770 04000100", Client + " at 192.0.2.2:6000")]
    public async Task Header_OfOtherForms_IsReadToo(string header, string expected)
    {
        await using RpcHost host = await StartAsync(Listener.Own);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(header);
        await Task.Yield();
        await peer.SendAsync(WhoAmI);

        Assert.Equal(expected, Answer(await peer.ReadMessageAsync()));
    }

    [Theory]
    [InlineData(OfProxy)]
    [InlineData(Signature + "21 00 0000")]
    public async Task Header_WithoutAClientsAddress_LeavesTheProxys(string header)
    {
        await using RpcHost host = await StartAsync(Listener.Own);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(header + WhoAmI);

        Assert.EndsWith($" at {host.Rpc}", Answer(await peer.ReadMessageAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Listener.Own)]
    [InlineData(Listener.OfTheApplication)]
    public async Task Tls_IsTheClientsAndBeginsBehindTheHeader(Listener listener)
    {
        using var certificates = new TestCertificates();
        using X509Certificate2 certificate = certificates.Server();
        await using RpcHost host = await StartAsync(listener, folder: null, options => options.UseTls(certificate));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener == Listener.Own ? host.Rpc : host.Http).InTime();
        await socket.SendAsync(Hex.Bytes(OfClient)).InTime();
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = certificates.ChainPolicy() }).InTime();

        await using MprpcClient client = MprpcClient.FromStream(tls);
        Assert.Equal(Client + " at 192.0.2.2:6000", await client.CallAsync<string>("who").InTime());
    }

    [Theory]
    [InlineData(Listener.Own, WhoAmI, "does not begin with a header")]
    [InlineData(Listener.OfTheApplication, WhoAmI, "does not begin with a header")]
    [InlineData(Listener.SharedWithHttp, "474554202f20485454502f312e310d0a0d0a", "does not begin with a header")]
    [InlineData(Listener.Own, "50524f585920544350342031302e302e302e312031302e302e302e322031203220 0d0a", "send-proxy-v2")]
    [InlineData(Listener.Own, Signature + "22 11 000c c0000201 c0000202 3039 1770", "0x22")]
    [InlineData(Listener.Own, Signature + "21 11 1000", "4,112 bytes; 4,096 are allowed")]
    [InlineData(Listener.Own, Signature + "21 12 000c c0000201 c0000202 3039 1770", "0x12")]
    [InlineData(Listener.Own, Signature + "21 11 000b c0000201 c0000202 3039 17", "11 bytes of addresses")]
    public async Task Connection_ThatBeginsOtherwise_IsClosedAndLogged(Listener listener, string bytes, string part)
    {
        await using RpcHost host = await StartAsync(listener);
        await using RawPeer peer = await DialAsync(host, listener);

        await peer.SendAsync(bytes);

        Assert.Equal("", await peer.ReadToAnyEndAsync());
        Assert.Contains(part, (await host.Log.WaitForAsync(117)).Message, StringComparison.Ordinal);
        await AssertServesAsync(host, listener);
    }

    [Theory]
    [InlineData(Listener.Own)]
    [InlineData(Listener.OfTheApplication)]
    public async Task Connection_CutAnywhereInItsHeader_IsClosed(Listener listener)
    {
        await using RpcHost host = await StartAsync(listener);
        byte[] header = Hex.Bytes(OfClient);

        for (int length = 0; length < header.Length; length++)
        {
            await using RawPeer peer = await DialAsync(host, listener);
            await peer.SendAsync(header.AsMemory(0, length));
            peer.FinishSending();
            Assert.Equal("", await peer.ReadToAnyEndAsync());
        }

        await AssertServesAsync(host, listener);
    }

    [Theory]
    [InlineData(Listener.Own, "")]
    [InlineData(Listener.Own, Signature)]
    [InlineData(Listener.OfTheApplication, Signature)]
    public async Task Connection_WhoseHeaderDoesNotCome_IsClosed(Listener listener, string begun)
    {
        await using RpcHost host = await StartAsync(listener, folder: null, options =>
            options.ConfigureLimits(limits => limits.PartialMessageTimeout = TimeSpan.FromMilliseconds(200)));
        await using RawPeer peer = await DialAsync(host, listener);

        await peer.SendAsync(begun);

        Assert.Equal("", await peer.ReadToAnyEndAsync());
        Assert.Contains("PartialMessageTimeout", (await host.Log.WaitForAsync(117)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Listener.Own)]
    [InlineData(Listener.OfTheApplication)]
    public async Task Server_ThatStops_DoesNotWaitForAHeader(Listener listener)
    {
        await using RpcHost host = await StartAsync(listener);
        await using RawPeer peer = await DialAsync(host, listener);
        await peer.SendAsync(Signature);

        await host.App.StopAsync().InTime();

        Assert.Equal("", await peer.ReadToAnyEndAsync());
    }

    [Theory]
    [InlineData(Listener.Own, true)]
    [InlineData(Listener.Own, false)]
    [InlineData(Listener.OfTheApplication, true)]
    public async Task Server_ThatStops_EndsConnectionsAtOnce(Listener listener, bool isTogether)
    {
        await using RpcHost host = await StartAsync(listener);
        await using RawPeer peer = await DialAsync(host, listener);

        await peer.SendAsync(isTogether ? OfClient + WhoAmI : OfClient);
        await (isTogether ? Task.CompletedTask : peer.SendAsync(WhoAmI));
        await peer.ReadMessageAsync();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await host.App.StopAsync().InTime();

        Assert.Equal("", await peer.ReadToEndAsync());
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 3);
    }

    [Fact]
    public async Task Connection_OfAnother_IsClosedBeforeAnythingIsRead()
    {
        await using RpcHost host = await StartAsync(Listener.Own, folder: null, trusted: "10.0.0.0/8");
        await using RawPeer peer = await host.DialAsync();

        Assert.Equal("", await peer.ReadToAnyEndAsync());
        string message = (await host.Log.WaitForAsync(117)).Message;
        Assert.Contains("127.0.0.1", message, StringComparison.Ordinal);
        Assert.Contains("TrustedProxies", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_OverAProxy_CallsManyTimes()
    {
        await using RpcHost host = await StartAsync(Listener.Own);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task proxy = HandOnAsync(listener, host.Rpc);
        await using var client = new MprpcClient($"tcp://{listener.LocalEndpoint}", new MprpcClientOptions { Extensions = MprpcExtensions.Always });

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => client.CallAsync<string>("who").AsTask())).InTime();

        Assert.All(answers, answer => Assert.Equal(Client + " at 192.0.2.2:6000", answer));
        byte[] large = new byte[1_000_000];
        Random.Shared.NextBytes(large);
        Assert.Equal(large, await client.CallAsync<byte[]>("echo", large).InTime());
        await client.DisposeAsync();
        await proxy.InTime();
    }

    [Theory]
    [InlineData(OfClient)]
    [InlineData(Signature + "21 00 0000")]
    [InlineData(Signature + "21 11 000c 7f000001 7f000001 3039 1770")]
    public async Task Credential_OfWhatAProxyHandsOnUnencrypted_IsNotTaken(string header)
    {
        await using RpcHost host = await StartAsync(Listener.Own);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(header + "94 00 01 a9 70726f746563746564 90");

        Assert.Equal("940101c0c2", await peer.ReadMessageAsync());
    }

    [Theory]
    [InlineData("Mprpc:Endpoints:X:TrustedProxies", "10.0.0.0/8", "Mprpc:Endpoints:X:TrustedProxies is '10.0.0.0/8'; allowed is a list")]
    [InlineData("Mprpc:Endpoints:X:TrustedProxies:0", "10.0.0.0/33", "Mprpc:Endpoints:X:TrustedProxies:0 is '10.0.0.0/33'; allowed are addresses")]
    public async Task Configuration_ThatIsWrong_FailsTheStart(string key, string value, string part)
    {
        Exception thrown = await Assert.ThrowsAnyAsync<Exception>(() => StartConfiguredAsync(key, value));

        Assert.Contains(part, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_NamesTheProxies()
    {
        await using RpcHost host = await StartConfiguredAsync("Mprpc:Endpoints:X:TrustedProxies:0", "127.0.0.0/8");
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(OfClient + WhoAmI);

        Assert.Equal(Client + " at 192.0.2.2:6000", Answer(await peer.ReadMessageAsync()));
    }

    [Fact]
    public async Task PeerCredentials_OfTheProxy_FailTheStart()
    {
        using var folder = new TemporaryFolder();

        Exception thrown = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(Listener.Unix, folder, options => options.UsePeerCredentials = true));

        Assert.Contains("UsePeerCredentials", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UseProxyProtocol_WithoutAProxy_Throws()
    {
        var options = new MprpcEndpointOptions();

        Assert.Contains("could claim any address", Assert.Throws<ArgumentException>(() => options.UseProxyProtocol()).Message, StringComparison.Ordinal);
        Assert.Contains("'here'", Assert.Throws<ArgumentException>(() => options.UseProxyProtocol("::1", "here")).Message, StringComparison.Ordinal);
    }

    private static Task<RpcHost> StartConfiguredAsync(string key, string value)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Mprpc:Endpoints:X:Url"] = "tcp://127.0.0.1:0";
                builder.Configuration[key] = value;
                builder.Services.AddMprpc().AddService<Service>();
            },
            map: null);

    private static Task<RpcHost> StartAsync(
        Listener listener, TemporaryFolder? folder = null, Action<MprpcEndpointOptions>? configure = null, string trusted = "127.0.0.1")
    {
        return RpcHost.StartAsync(
            builder =>
            {
                IMprpcServerBuilder server = builder.Services.AddMprpc();

                if (listener is Listener.OfTheApplication or Listener.SharedWithHttp)
                {
                    server.AddService<Service>();
                    builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, options =>
                    {
                        if (listener == Listener.OfTheApplication)
                        {
                            options.UseMessagePackRpc(Configure);
                        }
                        else
                        {
                            options.UseMessagePackRpcOrHttp(Configure);
                        }
                    }));
                }
            },
            app =>
            {
                if (listener == Listener.Own)
                {
                    app.MapMprpcService<Service>(0).WithEndpoint(Configure);
                }
                else if (listener == Listener.Unix)
                {
                    app.MapMprpcService<Service>($"unix://{folder!.PathOf("x")}").WithEndpoint(Configure);
                }
            });

        void Configure(MprpcEndpointOptions options)
        {
            options.UseProxyProtocol(trusted, "unix");
            configure?.Invoke(options);
        }
    }

    private static Task<RawPeer> DialAsync(RpcHost host, Listener listener, TemporaryFolder? folder = null)
        => RawPeer.DialAsync(listener switch
        {
            Listener.Unix => new UnixDomainSocketEndPoint(folder!.PathOf("x")),
            Listener.Own => host.Rpc,
            _ => host.Http,
        });

    private static async Task AssertServesAsync(RpcHost host, Listener listener)
    {
        await using RawPeer peer = await DialAsync(host, listener);
        await peer.SendAsync(OfClient + WhoAmI);
        Assert.StartsWith(Client, Answer(await peer.ReadMessageAsync()), StringComparison.Ordinal);
    }

    /// <summary>The text of [1, 1, nil, str].</summary>
    private static string Answer(string message)
    {
        byte[] bytes = Hex.Bytes(message);
        Assert.StartsWith("940101c0", message, StringComparison.Ordinal);
        return System.Text.Encoding.UTF8.GetString(bytes.AsSpan(bytes[4] == 0xd9 ? 6 : 5));
    }

    /// <summary>A proxy for one connection.</summary>
    private static async Task HandOnAsync(TcpListener listener, EndPoint server)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        using var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await upstream.ConnectAsync(server);
        await upstream.SendAsync(Hex.Bytes(OfClient));
        await using var to = new NetworkStream(upstream);
        await Task.WhenAny(client.GetStream().CopyToAsync(to), to.CopyToAsync(client.GetStream()));
    }

    public sealed class Service
    {
        public string Who(MprpcCallContext call) => $"{call.Connection.RemoteEndPoint} at {call.Connection.LocalEndPoint}";

        public byte[] Echo(byte[] bytes) => bytes;

        public int Sum(int a, int b) => a + b;

        public bool Protected(MprpcCallContext call)
            => Mprpc.AspNetCore.Security.ProtectedTransport.Is(call.Connection.LocalEndPoint, call.Connection.RemoteEndPoint, call.Connection.Features);
    }
}
