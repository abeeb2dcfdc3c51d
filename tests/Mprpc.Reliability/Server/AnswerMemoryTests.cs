using System.Diagnostics;

namespace Mprpc.Reliability.Server;

/// <summary>Peers that ask for much and read nothing: what lies unsent is bounded, whatever way the methods run.</summary>
public sealed class AnswerMemoryTests
{
    private const int Connections = 100;
    private const int CallsOfAConnection = 1_000;
    private const double MostMiB = 100;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(4);

    // Cold starts, because a method that has not been compiled yet is the one that is taken for blocking.
    [Theory]
    [InlineData("bytes", false)]
    [InlineData("bytes", true)]
    [InlineData("bytes_later", false)]
    [InlineData("bytes_later", true)]
    public async Task SlowReaders_AfterAColdStart_KeepLittleLiveHeap(string method, bool isBusy)
    {
        List<double> heaps = [];

        for (int start = Scale.Of(1, 10); start > 0; start--)
        {
            heaps.Add(await MeasureAsync(method, isBusy));
        }

        string text = string.Join(", ", heaps.Select(heap => FormattableString.Invariant($"{heap:N0}")));
        Assert.True(heaps.Max() < MostMiB, $"Live heap was {text} MiB at most after {heaps.Count} cold starts; {MostMiB} is allowed.");
        Results.Add(
            $"{nameof(SlowReaders_AfterAColdStart_KeepLittleLiveHeap)}, {method}, processors {(isBusy ? "busy" : "idle")}",
            $"{Connections} connections with {CallsOfAConnection:N0} calls of 64 KiB: {text} MiB of live heap");
    }

    private static async Task<double> MeasureAsync(string method, bool isBusy)
    {
        using var busy = isBusy ? new BusyProcessors() : null;
        await using ServerProcess server = await ServerProcess.StartAsync("Mprpc:Limits:WriteTimeout=00:01:00");
        byte[] requests = WireBytes.Repeat(WireBytes.Request(1, method, 0x91, 0xcd, 0xff, 0x00), CallsOfAConnection);     // 65,280 bytes an answer
        List<LoadSocket> sockets = [];

        try
        {
            for (int i = 0; i < Connections; i++)
            {
                sockets.Add(await LoadSocket.DialAsync(server.EndPoint));
            }

            Task<int>[] sending = [.. sockets.Select(socket => socket.SendWithinAsync(requests, Watched))];
            var watch = Stopwatch.StartNew();
            long most = 0;

            while (watch.Elapsed < Watched)
            {
                most = Math.Max(most, await server.AskAsync<long>("heap"));
                await Task.Delay(200);
            }

            await Task.WhenAll(sending);
            return most / 1024.0 / 1024.0;
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }
}
