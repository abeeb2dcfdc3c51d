using System.Diagnostics;
using System.Net;
using System.Text;

namespace Mprpc.Reliability.Server;

/// <summary>Peers that speak something else.</summary>
public sealed class WrongProtocolTests
{
    [Fact]
    public async Task Banners_OfOtherProtocols_AreClosedWithinASecond()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(Banners_OfOtherProtocols_AreClosedWithinASecond));
        byte[][] banners =
        [
            Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.2\r\n"),
            Encoding.ASCII.GetBytes("{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[1,2],\"id\":1}"),
            Hex.Bytes("16030100c8010000c40303"),
            Hex.Bytes("0300000b06e00000000000"),        // RDP
        ];
        TimeSpan longest = TimeSpan.Zero;

        foreach (byte[] banner in banners)
        {
            using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
            var watch = Stopwatch.StartNew();
            await socket.SendAsync(banner);
            Assert.Equal(0, await socket.ReceiveToEndAsync());
            longest = watch.Elapsed > longest ? watch.Elapsed : longest;
        }

        Assert.Equal(banners.Length, await scenario.Server.AskAsync<int>("lines"));
        Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await scenario.EndAsync($"{banners.Length} banners, each closed within {longest.TotalMilliseconds:N0} ms with one line at Information");
    }

    [Fact]
    public async Task Plaintext_ToTheTlsPort_IsClosed()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(Plaintext_ToTheTlsPort_IsClosed));
        IPEndPoint tls = scenario.Server.TlsEndPoint;

        for (int i = 0; i < 200; i++)
        {
            using LoadSocket socket = await LoadSocket.DialAsync(tls);
            await socket.SendAsync(Conversation.Bytes.AsMemory(0, 1_000));
            await socket.ReceiveToEndAsync();       // at most a TLS alert
        }

        await scenario.EndAsync($"200 connections closed");
    }
}
