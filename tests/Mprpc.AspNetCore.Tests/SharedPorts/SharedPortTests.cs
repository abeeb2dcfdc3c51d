using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.Listeners;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.SharedPorts;

/// <summary>One port for HTTP and MessagePack-RPC: the first byte decides.</summary>
public sealed class SharedPortTests
{
    [Fact]
    public async Task HttpAndRpc_OnOnePort_AreServedConcurrently()
    {
        await using RpcHost host = await StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 2 }) { BaseAddress = new Uri($"http://{host.Http}/") };
        await using var client = new MprpcClient($"tcp://{host.Http}", new MprpcClientOptions { MaxConnections = 4 });

        Task<string[]> pages = Task.WhenAll(Enumerable.Range(0, 200).Select(i => http.GetStringAsync(new Uri($"echo?text={i}", UriKind.Relative))));
        Task<int[]> sums = Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.CallAsync<int>("sum", i, i).AsTask()));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}"), await pages.InTime());
        Assert.Equal(Enumerable.Range(0, 200).Select(i => 2 * i), await sums.InTime());
    }

    [Fact]
    public async Task Http_WithKeepAlive_KeepsItsConnection()
    {
        await using RpcHost host = await StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{host.Http}/") };

        string first = await http.GetStringAsync(new Uri("connection", UriKind.Relative)).InTime();
        string second = await http.GetStringAsync(new Uri("connection", UriKind.Relative)).InTime();

        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData("94 00 01")]
    [InlineData("dc 0004 00 01")]
    [InlineData("dd 00000004 00 01")]
    public async Task Request_InEachEncodingOfItsHeader_IsAnswered(string head)
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer peer = await RawPeer.DialAsync(host.Http);

        await peer.SendAsync($"{head} SUM");

        Assert.Equal("940101c003", await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task Notification_AsFirstMessage_IsRpc()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer peer = await RawPeer.DialAsync(host.Http);

        await peer.SendAsync("93 02 SUM");

        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task Request_ByteByByte_IsAnswered()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer rpc = await RawPeer.DialAsync(host.Http);
        await using RawPeer http = await RawPeer.DialAsync(host.Http);

        await rpc.SendPiecesAsync(Hex.Bytes("94 00 01 SUM").Select(value => new ReadOnlyMemory<byte>([value])));
        await http.SendPiecesAsync(
            Encoding.ASCII.GetBytes("GET /echo?text=slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").Select(value => new ReadOnlyMemory<byte>([value])));

        Assert.Equal("940101c003", await rpc.ReadMessageAsync());
        Assert.Contains("\r\nslow\r\n", Encoding.ASCII.GetString(Convert.FromHexString(await http.ReadToEndAsync())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nonsense_AsFirstByte_GetsHttpsAnswer()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer peer = await RawPeer.DialAsync(host.Http);

        await peer.SendAsync("16 03 01 0d 0a");     // a TLS handshake's beginning
        string answer = Encoding.ASCII.GetString(Convert.FromHexString(await peer.ReadToAnyEndAsync()));

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_LongerThanTheLimit_ClosesTheConnection()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(
            options => options.ConfigureLimits(limits => limits.PartialMessageTimeout = TimeSpan.FromMinutes(1)), clock: clock);
        await using RawPeer silent = await RawPeer.DialAsync(host.Http);
        await using RawPeer talking = await RawPeer.DialAsync(host.Http);
        await talking.AssertOpenAsync();

        Task<string> end = silent.ReadToAnyEndAsync();
        await clock.AdvanceUntilAsync(TimeSpan.FromMinutes(2), end, "the end of the silent connection");

        Assert.Equal("", await end);
        await talking.AssertOpenAsync();
    }

    [Fact]
    public async Task Peer_ThatLeavesWithoutAWord_HarmsNothing()
    {
        await using RpcHost host = await StartAsync();
        int before = host.Log.Entries.Count;

        for (int i = 0; i < 20; i++)
        {
            await using RawPeer leaving = await RawPeer.DialAsync(host.Http);

            if (i % 2 == 0)
            {
                leaving.Reset();
            }
        }

        await using RawPeer peer = await RawPeer.DialAsync(host.Http);
        await peer.AssertOpenAsync();
        Assert.DoesNotContain(host.Log.Entries.Skip(before), entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Fact]
    public async Task AThousandConnections_ThatSendNothing_DelayNobodyAndEnd()
    {
        // Twice as many descriptors as that on this side, both ends counted.
        await using RpcHost host = await StartAsync(options => options.ConfigureLimits(limits => limits.PartialMessageTimeout = TimeSpan.FromSeconds(5)));
        ConcurrentBag<RawPeer> silent = [];

        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) => silent.Add(await RawPeer.DialAsync(host.Http)));
        await using RawPeer peer = await RawPeer.DialAsync(host.Http);
        await peer.AssertOpenAsync();
        string[] ends = await Task.WhenAll(silent.Select(each => each.ReadToAnyEndAsync()));

        Assert.Equal(1000, ends.Length);
        Assert.All(ends, end => Assert.Equal("", end));
        await peer.AssertOpenAsync();

        foreach (RawPeer each in silent)
        {
            await each.DisposeAsync();
        }
    }

    [Fact]
    public async Task Stop_WithSilentConnections_IsNotDelayed()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer silent = await RawPeer.DialAsync(host.Http);
        await using RawPeer talking = await RawPeer.DialAsync(host.Http);
        await talking.AssertOpenAsync();

        await host.App.StopAsync().InTime();

        Assert.Equal("", await silent.ReadToAnyEndAsync());
    }

    [Fact]
    public async Task UseConnectionLogging_BeforeIt_SeesBoth()
    {
        await using RpcHost host = await StartAsync(logConnections: true);
        await using RawPeer rpc = await RawPeer.DialAsync(host.Http);
        using var http = new HttpClient();

        await rpc.AssertOpenAsync();
        string page = await http.GetStringAsync(new Uri($"http://{host.Http}/echo?text=logged")).InTime();

        Assert.Equal("logged", page);
        Assert.Contains(host.Log.Entries, entry => entry.Message.Contains("94 00 CD 7A 7A", StringComparison.Ordinal));
        Assert.Contains(host.Log.Entries, entry => entry.Message.Contains("GET /echo", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tls_BeforeIt_ServesBoth()
    {
        using var certificates = new TestCertificates();
        await using RpcHost host = await StartAsync(options => options.UseTls(certificates.Server()));
        int port = new Uri(host.App.Urls.Single()).Port;
        var tls = new System.Net.Security.SslClientAuthenticationOptions { CertificateChainPolicy = certificates.ChainPolicy() };
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = tls }) { DefaultRequestVersion = HttpVersion.Version20 };
        await using var client = new MprpcClient($"tls://127.0.0.1:{port}", new MprpcClientOptions { Tls = tls });

        string page = await http.GetStringAsync(new Uri($"https://127.0.0.1:{port}/echo?text=both")).InTime();
        int sum = await client.CallAsync<int>("sum", 1, 2).InTime();

        Assert.Equal(("both", 3), (page, sum));
    }

    private static Task<RpcHost> StartAsync(Action<MprpcEndpointOptions>? configure = null, bool logConnections = false, TimeProvider? clock = null)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(clock ?? TimeProvider.System).AddMprpc().AddService<Adder>();
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
                {
                    if (logConnections)
                    {
                        listener.UseConnectionLogging();
                    }

                    listener.UseMessagePackRpcOrHttp(configure);
                }));
            },
            app =>
            {
                app.MapGet("/echo", (string text) => text);
                app.MapGet("/connection", (HttpContext context) => context.Connection.Id);
            });
}
