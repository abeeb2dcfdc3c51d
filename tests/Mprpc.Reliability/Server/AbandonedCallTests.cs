using System.Diagnostics;

namespace Mprpc.Reliability.Server;

/// <summary>A lost connection cancels its calls; a call that ignores that keeps its place.</summary>
public sealed class AbandonedCallTests
{
    [Fact]
    public async Task SlowCalls_PipelinedThenReset_AllEnd()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(SlowCalls_PipelinedThenReset_AllEnd));
        int rounds = Scale.Of(5, 50);
        byte[] calls = WireBytes.Repeat(WireBytes.Request(1, "wait", 0x90), 100_000);
        TimeSpan longest = TimeSpan.Zero;
        int mostRunning = 0;

        for (int round = 0; round < rounds; round++)
        {
            LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
            await socket.SendWithinAsync(calls, TimeSpan.FromMilliseconds(500));
            mostRunning = Math.Max(mostRunning, await scenario.Server.AskAsync<int>("running"));
            socket.Reset();
            var watch = Stopwatch.StartNew();
            await scenario.Server.UntilRunningAsync(running => running == 0);
            longest = watch.Elapsed > longest ? watch.Elapsed : longest;
        }

        Assert.InRange(mostRunning, 1, 1_000);
        await scenario.EndAsync(
            $"{rounds} times 100,000 calls: at most {mostRunning:N0} ran at once, all had ended {longest.TotalSeconds:N2} s after the reset at the latest");
    }

    [Fact]
    public async Task StubbornCalls_OfLostConnections_KeepTheirPlacesUntilTheyEnd()
    {
        await using Scenario scenario = await Scenario.StartAsync(
            nameof(StubbornCalls_OfLostConnections_KeepTheirPlacesUntilTheyEnd), "Mprpc:Limits:MaxCallsInFlight=20");
        int most = 0;

        // As CVE-2023-44487 does: start, leave, start again.
        for (int i = 0; i < 50; i++)
        {
            LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
            await socket.SendAsync(WireBytes.Repeat(WireBytes.Request(1, "stubborn", 0x91, 0xcd, 0x03, 0xe8), 10));
            most = Math.Max(most, await scenario.Server.AskAsync<int>("running"));
            socket.Reset();
        }

        await scenario.Server.UntilRunningAsync(running => running == 0);

        Assert.InRange(most, 1, 20);
        await scenario.EndAsync($"50 connections with 10 calls each, left at once: at most {most} ran", isServerFull: true);
    }
}
