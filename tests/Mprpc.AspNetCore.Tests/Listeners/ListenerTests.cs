using System.Net;
using System.Net.Sockets;
using System.Text;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Listeners;

/// <summary>Where MessagePack-RPC is served.</summary>
public sealed class ListenerTests
{
    [Fact]
    public async Task UseMessagePackRpc_OnAListenerOfTheApplication_ServesTheNamedServices()
    {
        await using RpcHost host = await RpcHost.StartOnKestrelAsync(options => options.MapService<Adder>());
        await using RawPeer peer = await RawPeer.DialAsync(host.Http);

        await peer.AssertOpenAsync();

        Assert.Empty(host.Endpoints);
    }

    [Fact]
    public async Task UseMessagePackRpc_WithoutNames_ServesWhatAddServiceHasAdded()
    {
        await using RpcHost host = await RpcHost.StartOnKestrelAsync(
            null, builder => builder.Services.AddMprpc().AddService<Adder>().AddService<Greeter>(prefix: "hello"));
        await using var client = new MprpcClient($"tcp://{host.Http}");

        int sum = await client.CallAsync<int>("sum", 1, 2).InTime();
        string greeting = await client.CallAsync<string>("hello.greet").InTime();

        Assert.Equal(3, sum);
        Assert.Equal("hello", greeting);
    }

    [Fact]
    public async Task UseMessagePackRpc_BesideHttpOnKestrel_BothAreServed()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc().AddService<Adder>();
                builder.WebHost.ConfigureKestrel(kestrel =>
                {
                    kestrel.Listen(IPAddress.Loopback, 0);
                    kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseMessagePackRpc());
                });
            },
            app => app.MapGet("/", () => "http"));
        int[] ports = [.. host.App.Urls.Select(url => new Uri(url).Port)];
        using var http = new HttpClient();

        string page = await http.GetStringAsync(new Uri($"http://127.0.0.1:{ports[0]}/")).InTime();

        await using RawPeer peer = await RawPeer.DialAsync(new IPEndPoint(IPAddress.Loopback, ports[1]));

        Assert.Equal("http", page);
        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task Services_OnOnePort_ShareIt()
    {
        using var free = new FreePort();
        int port = free.Release();

        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Adder>(port);
                app.MapMprpcService<Greeter>(port);
            });
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(new IPEndPoint(IPAddress.Loopback, port), Assert.Single(host.Endpoints));
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal("hello", await client.CallAsync<string>("greet").InTime());
    }

    [Fact]
    public async Task Services_OnOnePortWrittenInTwoWays_ShareIt()
    {
        using var free = new FreePort();
        int port = free.Release();

        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Adder>(port);
                app.MapMprpcService<Greeter>($"tcp://localhost:{port}");
            });
        await using MprpcClient client = host.CreateClient();

        Assert.Single(host.Endpoints);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal("hello", await client.CallAsync<string>("greet").InTime());
    }

    [Fact]
    public async Task PortZero_MappedTwice_GivesTwoPorts()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Adder>(0);
                app.MapMprpcService<Greeter>(0);
            });
        await using var adder = new MprpcClient($"tcp://{host.Endpoints[0]}");
        await using var greeter = new MprpcClient($"tcp://{host.Endpoints[1]}");

        int sum = await adder.CallAsync<int>("sum", 1, 2).InTime();
        string greeting = await greeter.CallAsync<string>("greet").InTime();

        Assert.NotEqual(host.Endpoints[0], host.Endpoints[1]);
        Assert.All(host.Endpoints, endpoint => Assert.NotEqual(0, ((IPEndPoint)endpoint).Port));
        Assert.Equal((3, "hello"), (sum, greeting));
        await Assert.ThrowsAsync<MprpcRemoteException>(() => adder.CallAsync<string>("greet").InTime());
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:0", "127.0.0.1")]
    [InlineData("tcp://localhost:0", "127.0.0.1")]
    [InlineData("tcp://0.0.0.0:0", "127.0.0.1")]
    [InlineData("tcp://[::1]:0", "::1")]
    [InlineData("tcp://[::]:0", "::1")]
    [InlineData("tcp://*:0", "::1")]
    [InlineData("tcp://*:0", "127.0.0.1")]
    public async Task Url_OfTcp_IsListenedOn(string url, string dialled)
    {
        Assert.SkipUnless(
            Socket.OSSupportsIPv6 || !(url.Contains('[', StringComparison.Ordinal) || url.Contains('*', StringComparison.Ordinal)),
            "This machine has no IPv6.");
        await using RpcHost host = await RpcHost.StartAsync(builder => builder.Services.AddMprpc(), app => app.MapMprpcService<Adder>(url));

        await using RawPeer peer = await RawPeer.DialAsync(new IPEndPoint(IPAddress.Parse(dialled), ((IPEndPoint)host.Rpc).Port));

        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task Url_OfAUnixSocket_IsListenedOnAndRemovedAtTheStop()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mprpc-{Guid.NewGuid():N}.sock");

        await using (RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Adder>($"unix://{path}");
                app.MapMprpcService<Greeter>($"unix://{path}");
            }))
        {
            await using RawPeer peer = await host.DialAsync();
            await using MprpcClient client = host.CreateClient();

            await peer.AssertOpenAsync();
            Assert.Single(host.Endpoints);
            Assert.Equal("hello", await client.CallAsync<string>("greet").InTime());
            Assert.Contains(path, (await host.Log.WaitForAsync(100)).Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Address_WhenListening_IsLoggedWithItsBoundPort()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Adder>(0);
                app.MapMprpcService<Adder>("tcp://0.0.0.0:0");
            });

        LogEntry onLoopback = await host.Log.WaitForAsync(101);
        LogEntry listening = await host.Log.WaitForAsync(100);

        Assert.Contains($"tcp://{host.Endpoints[0]} (this machine only", onLoopback.Message, StringComparison.Ordinal);
        Assert.Contains($"tcp://{host.Endpoints[1]}", listening.Message, StringComparison.Ordinal);
        Assert.Equal(("ListeningOnLoopback", "Listening", "Mprpc.Server"), (onLoopback.Event.Name, listening.Event.Name, listening.Category));
    }

    [Fact]
    public async Task Port_ByNumber_IsNotReachableFromOutside()
    {
        await using RpcHost host = await RpcHost.StartAsync<Adder>();

        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)host.Rpc).Address);
    }

    [Fact]
    public async Task Application_WithoutMappedServices_StartsAndServesHttp()
    {
        await using RpcHost host = await RpcHost.StartAsync(builder => builder.Services.AddMprpc(), app => app.MapGet("/", () => "http"));
        using var http = new HttpClient();

        byte[] page = await http.GetByteArrayAsync(new Uri($"http://{host.Http}/")).InTime();

        Assert.Equal("http", Encoding.UTF8.GetString(page));
        Assert.Empty(host.Endpoints);
    }

    private sealed class Greeter
    {
        public string Greet() => "hello";
    }
}
