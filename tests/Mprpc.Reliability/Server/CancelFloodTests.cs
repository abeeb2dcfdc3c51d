using System.Diagnostics;

namespace Mprpc.Reliability.Server;

/// <summary>Requests that are cancelled as soon as they are sent: what HTTP/2's rapid reset is (CVE-2023-44487).</summary>
public sealed class CancelFloodTests
{
    private const int Places = 1_000;       // MaxCallsInFlightPerConnection
    private const int Milliseconds = 10;
    private const int FirstId = 100_000;    // all msgids are written in five bytes

    [Fact]
    public async Task Requests_CancelledAtOnce_KeepToTheLimitAndAreEachAnsweredOnce()
    {
        // X26
        await using Scenario scenario = await Scenario.StartAsync(nameof(Requests_CancelledAtOnce_KeepToTheLimitAndAreEachAnsweredOnce));
        int count = Scale.Of(5_000, 100_000);
        using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
        using var answers = new MemoryStream();
        var watch = Stopwatch.StartNew();

        Task receiving = socket.CopyToAsync(answers);
        Task<double> watching = WatchAsync(scenario.Server, receiving);
        await socket.SendAsync(Pairs(count));
        socket.FinishSending();
        await receiving;
        double seconds = watch.Elapsed.TotalSeconds;
        double memory = await watching - scenario.Before.RssMiB;
        int mostRunning = await scenario.Server.AskAsync<int>("most_running");
        List<string> messages = WireBytes.Sorted(answers.ToArray());
        int results = messages.Count(message => message.EndsWith($"c0{Milliseconds:x2}", StringComparison.Ordinal));

        Assert.Equal(0, await scenario.Server.AskAsync<int>("running"));
        Assert.InRange(mostRunning, 1, Places);
        Assert.Equal(Enumerable.Range(FirstId, count).Select(id => $"9401{Hex.Text(WireBytes.Integer(id))}"), messages.Select(message => message[..14]));
        Assert.InRange(memory, double.MinValue, 200);
        await scenario.EndAsync(
            $"{count:N0} requests of {Milliseconds} ms and as many cancellations in {seconds:N1} s: at most {mostRunning:N0} ran at once, ",
            $"{results:N0} ran and {count - results:N0} were cancelled before; RSS grew by {memory:N0} MiB at most");
    }

    private static byte[] Pairs(int count)
    {
        using var pairs = new MemoryStream();

        for (int id = FirstId; id < FirstId + count; id++)
        {
            pairs.Write(WireBytes.Request(id, "deaf", 0x91, Milliseconds));
            pairs.Write(WireBytes.Notification("$/cancel", [0x91, .. WireBytes.Integer(id)]));
        }

        return pairs.ToArray();
    }

    /// <summary>The most memory that the server had, in MiB.</summary>
    private static async Task<double> WatchAsync(ServerProcess server, Task until)
    {
        double most = 0;

        while (!until.IsCompleted)
        {
            most = Math.Max(most, server.Figures.RssMiB);
            await Task.WhenAny(until, Task.Delay(20));
        }

        return most;
    }
}
