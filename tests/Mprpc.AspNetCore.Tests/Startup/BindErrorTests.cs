using System.Net;
using System.Net.Sockets;
using Mprpc.AspNetCore.Tests.Listeners;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Startup;

/// <summary>An address that cannot be listened on fails the start, and the message says which, why and what to do.</summary>
public sealed class BindErrorTests
{
    [Fact]
    public async Task Port_OfAnotherProcess_IsNamedAsItWasMapped()
    {
        using var taken = new FreePort();

        Exception exception = await AssertStartFailsAsync(app => app.MapMprpcService<Adder>(taken.Port));

        AssertNames(exception, $"tcp://127.0.0.1:{taken.Port}", "in use", "Adder", "another port");
        Assert.DoesNotContain("http://", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("this application", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_OfTheApplicationsHttp_IsSaidToBeItsOwn()
    {
        using var free = new FreePort();
        int port = free.Release();

        Exception exception = await AssertStartFailsAsync(app => app.MapMprpcService<Adder>(port), ["--urls", $"http://127.0.0.1:{port}"]);

        AssertNames(
            exception,
            $"tcp://127.0.0.1:{port}",
            $"this application itself listens there, on an address of its HTTP server (http://127.0.0.1:{port})",
            "Adder");
    }

    [Fact]
    public async Task Port_OfAnotherEndpoint_IsSaidToBeItsOwn()
    {
        using var free = new FreePort();
        int port = free.Release();

        Exception exception = await AssertStartFailsAsync(app =>
        {
            app.MapMprpcService<Adder>($"tcp://0.0.0.0:{port}");
            app.MapMprpcService<Adder>($"tcp://127.0.0.1:{port}");
        });

        AssertNames(exception, $"tcp://127.0.0.1:{port}", $"this application itself listens there, at tcp://0.0.0.0:{port}");
    }

    [Theory]
    [InlineData("tcp://192.0.2.1:0")]
    [InlineData("tcp://[2001:db8::1]:0")]
    public async Task Address_OfAnotherMachine_IsSaidToBe(string url)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");

        Exception exception = await AssertStartFailsAsync(app => app.MapMprpcService<Adder>(url));

        AssertNames(exception, url, "not an address of this machine", "0.0.0.0", "Adder");
    }

    [Fact]
    public async Task UnixPath_TooLong_IsToldAtOnceWithItsLengthAndTheLargest()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have other lengths.");
        await using RpcHost host = RpcHost.Build(builder => builder.Services.AddMprpc(), map: null);
        string url = $"unix:///tmp/{new string('a', 103)}";

        var onServer = Assert.Throws<ArgumentException>(() => host.App.MapMprpcService<Adder>(url));
        var onClient = Assert.Throws<ArgumentException>(() => new MprpcClient(url));

        Assert.All([onServer, onClient], exception => AssertNames(exception, url, "108 bytes", "107"));
    }

    [Fact]
    public async Task UnixPath_OfTheLargestLength_IsListenedOn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have other lengths.");
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("a");
        path += new string('a', 107 - path.Length);

        await using RpcHost host = await RpcHost.StartAsync(builder => builder.Services.AddMprpc(), app => app.MapMprpcService<Adder>($"unix://{path}"));
        await using RawPeer peer = await host.DialAsync();

        await peer.AssertOpenAsync();
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:PORT", "tcp://localhost:PORT")]
    [InlineData("tcp://*:PORT", "tcp://[::]:PORT")]
    [InlineData("tcp://127.0.0.1:PORT", "tcp://127.0.0.1:PORT/")]
    [InlineData("tcp://127.0.0.1:PORT", "tcp://[::ffff:127.0.0.1]:PORT")]
    [InlineData("unix://FOLDER/x.sock", "unix://FOLDER/./x.sock")]
    [InlineData("unix://FOLDER/x.sock", "unix://FOLDER//x.sock")]
    public async Task Service_OnTwoSpellingsOfOneAddress_IsSaidToBeMappedTwice(string first, string second)
    {
        using var folder = new TemporaryFolder();
        using var free = new FreePort();
        int port = free.Release();
        string Expand(string url)
            => url.Replace("PORT", $"{port}", StringComparison.Ordinal).Replace("FOLDER", Path.GetDirectoryName(folder.PathOf("x")), StringComparison.Ordinal);

        Exception exception = await AssertStartFailsAsync(app =>
        {
            app.MapMprpcService<Adder>(Expand(first));
            app.MapMprpcService<Adder>(Expand(second));
        });

        AssertNames(exception, "Adder is mapped twice", Expand(first), Expand(second).TrimEnd('/'), "one address");
    }

    [Theory]
    [InlineData("unix://FOLDER/x.sock", "unix://FOLDER/./x.sock")]
    [InlineData("tcp://127.0.0.1:PORT", "tcp://[::ffff:127.0.0.1]:PORT")]
    public async Task Services_OnTwoSpellingsOfOneAddress_ShareIt(string first, string second)
    {
        using var folder = new TemporaryFolder();
        using var free = new FreePort();
        int port = free.Release();
        string Expand(string url)
            => url.Replace("PORT", $"{port}", StringComparison.Ordinal).Replace("FOLDER", Path.GetDirectoryName(folder.PathOf("x")), StringComparison.Ordinal);

        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Adder>(Expand(first));
                app.MapMprpcService<Greeter>(Expand(second));
            });
        await using MprpcClient client = host.CreateClient();

        Assert.Single(host.Endpoints);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal("hello", await client.CallAsync<string>("greet").InTime());
    }

    [Fact]
    public async Task UnixPath_ThatLeadsToTheSocketOfAnotherEndpoint_IsSaidToBeItsOwn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems do not tell whose a socket is.");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.PathOf("y"));

        Exception exception = await AssertStartFailsAsync(app =>
        {
            app.MapMprpcService<Adder>($"unix://{folder.PathOf("x.sock")}");
            app.MapMprpcService<Adder>($"unix://{folder.PathOf("y/../x.sock")}");
        });

        AssertNames(exception, $"unix://{folder.PathOf("y/../x.sock")}", "this application itself listens there", "in the same way");
    }

    private static Task<InvalidOperationException> AssertStartFailsAsync(Action<WebApplication> map, string[]? arguments = null)
        => Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartAsync(builder => builder.Services.AddMprpc(), map, arguments));

    private static void AssertNames(Exception exception, params string[] parts)
        => Assert.All(parts, part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));

    private sealed class Greeter
    {
        public string Greet() => "hello";
    }
}
