using System.Diagnostics;
using Mprpc.Client;
using Mprpc.Conformance.Server;
using Mprpc.Conformance.Wire;
using Mprpc.Interop.Tests.Conformance;

namespace Mprpc.Interop.Tests.Robustness;

/// <summary>A peer that breaks the protocol gets an error or a close at once, and harms nobody else (docs/protocol.md 5).</summary>
public sealed class BrokenPeerTests(ConformanceServer server)
{
    // A second is the promise; the rest is for a machine that does other things.
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(5);

    public static TheoryData<string> Breaches =>
    [
        "c1",
        "07",
        "90",
        "94 03 01 SUM",
        "95 00 01 SUM c0",
        "93 00 01 a3 \"sum\"",
        "94 00 c0 SUM",
        "94 00 cf0000000100000007 SUM",
        "94 00 01 ECHO 91*200 c0",
        "94 00 01 ECHO c67fffffff",
        "94 00 01 ECHO dfffffffff",
        "94 00 01 ECHO ddffffffff",
        "81 a3 \"sum\" 92 01 02",
        "94 00 01 05 92 01 02",
        "94 00 01 a3 \"sum\" 82 a1 \"a\" 01 a1 \"b\" 02",
        "\"GET\" 20 \"/\" 20 \"HTTP/1.1\" 0d 0a 0d 0a",
        "16 03 01 02 00 01 00 01 fc 03 03",
    ];

    [Theory]
    [MemberData(nameof(Breaches))]
    public async Task Peer_ThatBreaksTheProtocol_GetsAnErrorOrACloseAndHarmsNobody(string vector)
    {
        Uri endpoint = server.EndpointOf(Profile.Default);
        byte[] bytes = Hex.Parse(vector);
        await using MprpcClient canary = await MprpcClient.ConnectAsync($"tcp://{endpoint.Authority}");
        bool hasChanged = false;
        canary.StateChanged += (_, _) => hasChanged = true;
        using WireSocket peer = await WireSocket.ConnectAsync(endpoint, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        Task<int> calls = CallAsync(canary, stop.Token);

        var watch = Stopwatch.StartNew();
        await peer.SendAsync(bytes, [bytes.Length], CancellationToken.None);
        WireValue? answer = await peer.ReadAsync(s_atOnce);
        TimeSpan taken = watch.Elapsed;
        await stop.CancelAsync();

        Assert.True(answer is null or { Items: [_, _, { Kind: not WireKind.Nil }, _] }, $"{answer}");
        Assert.InRange(taken, TimeSpan.Zero, s_atOnce);
        Assert.InRange(await calls.InTime(), 1, int.MaxValue);
        Assert.False(hasChanged, "The other connection was lost.");
    }

    [Fact]
    public async Task Peers_ThatSendNoise_HarmNobody()
    {
        Uri endpoint = server.EndpointOf(Profile.Default);
        var random = new Random(7);
        await using MprpcClient canary = await MprpcClient.ConnectAsync($"tcp://{endpoint.Authority}");
        bool hasChanged = false;
        canary.StateChanged += (_, _) => hasChanged = true;

        for (int i = 0; i < 200; i++)
        {
            byte[] noise = new byte[random.Next(1, 300)];
            random.NextBytes(noise);
            using WireSocket peer = await WireSocket.ConnectAsync(endpoint, CancellationToken.None);
            await peer.SendAsync(noise, [noise.Length], CancellationToken.None);
            peer.FinishSending();
            Assert.Equal(3, await canary.CallAsync<int>("sum", 1, 2).InTime());
        }

        Assert.False(hasChanged, "The other connection was lost.");
    }

    /// <summary>Calls until it is stopped.</summary>
    /// <returns>How many answers it got.</returns>
    private static async Task<int> CallAsync(MprpcClient canary, CancellationToken stop)
    {
        int answers = 0;

        do
        {
            Assert.Equal(answers + 1, await canary.CallAsync<int>("sum", answers, 1));
            answers++;
        }
        while (!stop.IsCancellationRequested);

        return answers;
    }
}
