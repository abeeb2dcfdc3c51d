using System.Diagnostics;

namespace Mprpc.Reliability.Server;

/// <summary>Peers that do not read, and peers that hardly write.</summary>
public sealed class SlowPeerTests
{
    private const int Connections = 100;

    [Fact]
    public async Task SlowReaders_HundredThatPipelineLargeAnswers_AreBoundedAndClosed()
    {
        await using Scenario scenario = await Scenario.StartAsync(
            nameof(SlowReaders_HundredThatPipelineLargeAnswers_AreBoundedAndClosed), "Mprpc:Limits:WriteTimeout=00:00:03");
        byte[] requests = WireBytes.Repeat(WireBytes.Request(1, "bytes", 0x91, 0xcd, 0xff, 0x00), 1_000);    // 65,280 bytes an answer, 64 MiB a connection
        List<LoadSocket> sockets = [];

        try
        {
            for (int i = 0; i < Connections; i++)
            {
                sockets.Add(await LoadSocket.DialAsync(scenario.Server.EndPoint));
            }

            Task<int>[] sending = [.. sockets.Select(socket => socket.SendWithinAsync(requests, TimeSpan.FromSeconds(2)))];
            double most = 0;

            while (!Task.WhenAll(sending).IsCompleted)
            {
                most = Math.Max(most, scenario.Server.Figures.RssMiB);
                await Task.Delay(50);
            }

            long heap = await scenario.Server.AskAsync<long>("heap");

            // Without reading: the server ends them by itself.
            var watch = Stopwatch.StartNew();
            await Bounded.Until(
                () =>
                {
                    ProcessFigures now = scenario.Server.Figures;
                    most = Math.Max(most, now.RssMiB);
                    return now.Descriptors <= scenario.Before.Descriptors + 8;
                },
                "the connections' end");

            // 6,400 MiB were asked for. What is in use is bounded; what is resident besides is garbage that the collector has not seen a reason to collect.
            Assert.InRange(heap, 0, 300L * 1024 * 1024);
            Assert.InRange(most - scenario.Before.RssMiB, double.MinValue, 2_500);

            // A connection says how it ended when its socket is closed already.
            int lines = await scenario.Server.AskAsync<int>("lines");

            for (var told = Stopwatch.StartNew(); lines == 0 && told.Elapsed < Bounded.Time; lines = await scenario.Server.AskAsync<int>("lines"))
            {
                await Task.Delay(20);
            }

            Assert.InRange(lines, 1, Connections);
            await scenario.EndAsync(
                $"{Connections} connections that asked for 62 MiB each have {heap / 1024.0 / 1024.0:N0} MiB in use while they do not read (RSS ",
                $"{most - scenario.Before.RssMiB:N0} MiB more at most, with garbage); all closed {watch.Elapsed.TotalSeconds:N1} s after (WriteTimeout 3 s)");
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task SlowWriters_ThatSendAByteNowAndThen_AreClosed()
    {
        await using Scenario scenario = await Scenario.StartAsync(
            nameof(SlowWriters_ThatSendAByteNowAndThen_AreClosed), "Mprpc:Limits:PartialMessageTimeout=00:00:02");
        byte[] message = [.. WireBytes.Request(1, "echo"), 0x91, 0xc6, 0x00, 0x10, 0x00, 0x00];
        var watch = Stopwatch.StartNew();

        await Parallel.ForEachAsync(Enumerable.Range(0, Connections), new ParallelOptions { MaxDegreeOfParallelism = Connections }, async (_, end) =>
        {
            using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
            Task<long> ended = socket.ReceiveToEndAsync();
            await socket.SendAsync(message);

            while (!ended.IsCompleted)
            {
                await socket.SendWithinAsync(new byte[1], TimeSpan.FromSeconds(1));
                await Task.WhenAny(ended, Task.Delay(50, end));
            }

            Assert.Equal(0, await ended);
        });

        TimeSpan took = watch.Elapsed;
        await scenario.EndAsync(
            $"{Connections} connections at 20 bytes/s were closed after {took.TotalSeconds:N1} s (PartialMessageTimeout 2 s, 240 bytes/s after)");
    }
}
