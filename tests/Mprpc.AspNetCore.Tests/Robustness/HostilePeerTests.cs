using System.Text;
using Microsoft.Extensions.Logging;

namespace Mprpc.AspNetCore.Tests.Robustness;

/// <summary>Whatever peers send, and however they leave: the server goes on serving others.</summary>
public sealed class HostilePeerTests
{
    [Fact]
    public async Task Garbage_OverTwoHundredConnections_ServerGoesOn()
    {
        await using RpcHost host = await RpcHost.StartAsync<Target>();
        await using RawPeer canary = await host.DialAsync();

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (seed, _) =>
        {
            await using RawPeer peer = await host.DialAsync();
            byte[] garbage = new byte[4096];
            new Random(seed).NextBytes(garbage);
            await SendAndLeaveAsync(peer, garbage);
        });

        await canary.AssertOpenAsync();
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task Requests_WithOneByteChanged_ServerGoesOn()
    {
        byte[] request = Hex.Bytes("94 00 01 a46563686f 91 93 a178 81 a161 c403ff0080 cb3ff0000000000000");
        await using RpcHost host = await RpcHost.StartAsync<Target>();
        await using RawPeer canary = await host.DialAsync();

        await Parallel.ForEachAsync(Enumerable.Range(0, request.Length * 16), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            await using RawPeer peer = await host.DialAsync();
            byte[] changed = [.. request];
            changed[i / 16] ^= (byte)(1 << (i % 8));
            changed[i / 16] += (byte)(i % 16 / 8);
            await SendAndLeaveAsync(peer, changed);
        });

        await canary.AssertOpenAsync();
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task HalfMessages_ThenClose_ServerGoesOn()
    {
        byte[] request = Hex.Bytes("94 00 01 SUM");
        await using RpcHost host = await RpcHost.StartAsync<Target>();

        for (int i = 0; i < 200; i++)
        {
            RawPeer peer = await host.DialAsync();
            await peer.SendAsync(request.AsMemory(0, 1 + (i % (request.Length - 1))));

            if (i % 2 == 0)
            {
                peer.Reset();
            }

            await peer.DisposeAsync();
        }

        await AssertServesAsync(host);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[1,2],\"id\":1}")]
    public async Task Banner_OfAnotherProtocol_ClosesTheConnectionWithOneLineAtInformation(string banner)
    {
        await using RpcHost host = await RpcHost.StartAsync<Target>();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(Encoding.UTF8.GetBytes(banner));
        string answer = await peer.ReadToAnyEndAsync();
        await host.Log.WaitForAsync(3);

        Assert.Equal("", answer);
        Assert.Single(host.Log.Entries, entry => entry.Event.Name == "ProtocolViolation");
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level > LogLevel.Information);
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task ClientHelloOfTls_OnAPlainPort_ClosesTheConnection()
    {
        await using RpcHost host = await RpcHost.StartAsync<Target>();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("16030100c8010000c40303");

        Assert.Equal("", await peer.ReadToAnyEndAsync());
    }

    [Fact]
    public async Task Connections_ThousandIdle_DoNotKeepOthersOut()
    {
        await using RpcHost host = await RpcHost.StartAsync<Target>();
        List<RawPeer> idle = [];

        try
        {
            for (int i = 0; i < 1_000; i++)
            {
                idle.Add(await host.DialAsync());
            }

            await AssertServesAsync(host);
            await idle[0].AssertOpenAsync();
            await idle[^1].AssertOpenAsync();
        }
        finally
        {
            foreach (RawPeer peer in idle)
            {
                await peer.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Reset_InTheMiddleOfALargeMessage_ServerGoesOnAndLogsNoError()
    {
        await using RpcHost host = await RpcHost.StartAsync<Target>();

        for (int i = 0; i < 20; i++)
        {
            RawPeer peer = await host.DialAsync();
            await peer.SendAsync((byte[])[.. Hex.Bytes("94 00 01 a46563686f 91 c600100000"), .. new byte[100_000]]);
            peer.Reset();
        }

        await AssertServesAsync(host);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level > LogLevel.Information);
    }

    [Fact]
    public async Task Client_ThatLeavesBeforeItsAnswer_HarmsNobody()
    {
        await using RpcHost host = await RpcHost.StartAsync<Target>();

        for (int i = 0; i < 100; i++)
        {
            RawPeer peer = await host.DialAsync();
            await peer.SendAsync("94 00 01 a5 6c61746572 90 94 00 02 SUM");

            if (i % 2 == 0)
            {
                peer.Reset();
            }

            await peer.DisposeAsync();
        }

        await AssertServesAsync(host);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level > LogLevel.Information);
    }

    private static async Task SendAndLeaveAsync(RawPeer peer, byte[] bytes)
    {
        try
        {
            await peer.SendAsync(bytes);
            peer.FinishSending();
            await peer.ReadToAnyEndAsync();
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The server was faster to close.
        }
    }

    private static async Task AssertServesAsync(RpcHost host)
    {
        await using RawPeer peer = await host.DialAsync();
        await peer.AssertOpenAsync();
    }

    private sealed class Target
    {
        public int Sum(int x, int y) => x + y;

        public object? Echo(object? value) => value;

        public async Task<byte[]> LaterAsync()
        {
            await Task.Delay(10);
            return new byte[1000];
        }
    }
}
