using System.Diagnostics;

namespace Mprpc.Reliability.Server;

/// <summary>Much of what is allowed.</summary>
public sealed class FloodTests
{
    [Fact]
    public async Task Notifications_WithHostileNames_WriteTenLinesASecondAtMostAndLeaveNoMemory()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(Notifications_WithHostileNames_WriteTenLinesASecondAtMostAndLeaveNoMemory));
        int count = Scale.Of(200_000, 1_000_000);
        using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
        using var batch = new MemoryStream();
        var watch = Stopwatch.StartNew();

        for (int i = 0; i < count; i++)
        {
            batch.Write(WireBytes.Notification($"\r\n\u001b[31m{i}\u202e;drop", 0x90));

            if (batch.Length > 1024 * 1024 || i == count - 1)
            {
                await socket.SendAsync(batch.ToArray());
                batch.SetLength(0);
            }
        }

        await socket.SendAsync(Hex.Bytes("94 00 cd7a7a SUM"));
        Assert.Equal("9401cd7a7ac003", Hex.Text(await socket.ReceiveAsync(7)));
        double seconds = watch.Elapsed.TotalSeconds;
        int lines = await scenario.Server.AskAsync<int>("lines");

        // Ten that say what was refused, and one that says how many are missing.
        Assert.InRange(lines, 1, (int)(11 * (seconds + 2)));
        Assert.InRange(scenario.Server.Figures.RssMiB - scenario.Before.RssMiB, double.MinValue, 200);
        await scenario.EndAsync($"{count:N0} refused notifications in {seconds:N1} s wrote {lines} lines");
    }

    [Fact]
    public async Task Calls_ThatThrow_WriteTenLinesASecondAtMost()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(Calls_ThatThrow_WriteTenLinesASecondAtMost));
        int count = Scale.Of(20_000, 200_000);
        byte[] answer = [0x94, 0x01, 0x01, .. WireBytes.Text("Internal error."), 0xc0];
        using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
        var watch = Stopwatch.StartNew();

        Task<byte[]> receiving = socket.ReceiveAsync(count * answer.Length);
        await socket.SendAsync(WireBytes.Repeat(WireBytes.Request(1, "throw_at_once", 0x90), count));
        await receiving;
        double seconds = watch.Elapsed.TotalSeconds;
        int lines = await scenario.Server.AskAsync<int>("lines");

        // Ten of the method, and one that says how many are missing.
        Assert.InRange(lines, 10, (int)(11 * (seconds + 2)));
        Assert.InRange(scenario.Server.Figures.RssMiB - scenario.Before.RssMiB, double.MinValue, 200);
        await scenario.EndAsync($"{count:N0} calls that throw in {seconds:N1} s wrote {lines} lines");
    }

    [Fact]
    public async Task Connections_ThatComeFasterThanTheyAreServed_WaitWithTheSystem()
    {
        const int MostAtOnce = 1_000;
        await using Scenario scenario = await Scenario.StartAsync(nameof(Connections_ThatComeFasterThanTheyAreServed_WaitWithTheSystem));
        int connections = Scale.Of(10_000, 50_000);
        int most = 0;
        Task flood = Task.Run(FloodAsync);

        while (await Task.WhenAny(flood, Task.Delay(20)) != flood)
        {
            most = Math.Max(most, scenario.Server.Figures.Descriptors - scenario.Before.Descriptors);
        }

        await flood;
        Assert.InRange(most, 1, MostAtOnce);
        await scenario.EndAsync($"{connections:N0} connections with some hundred calls each, reset at once: {most:N0} at most were open at the same time");

        async Task FloodAsync()
        {
            for (int i = 0; i < connections; i++)
            {
                using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
                await socket.SendAsync(Conversation.Bytes.AsMemory(0, 5_000));
                socket.Reset();
            }
        }
    }

    [Fact]
    public async Task Requests_WithOneMsgid_AreEachAnswered()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(Requests_WithOneMsgid_AreEachAnswered));
        using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
        byte[] requests = [.. WireBytes.Repeat(Hex.Bytes("94 00 07 SUM"), 10_000), .. WireBytes.Repeat(WireBytes.Request(7, "later", 0x91, 0x05), 500)];

        Task<byte[]> receiving = socket.ReceiveAsync(10_500 * 5);
        await socket.SendAsync(requests);
        List<string> answers = WireBytes.Sorted(await receiving);

        Assert.Equal(10_000, answers.Count(answer => answer == "940107c003"));
        Assert.Equal(500, answers.Count(answer => answer == "940107c005"));
        await scenario.EndAsync($"{answers.Count:N0} answers to as many requests with one msgid");
    }

    [Fact]
    public async Task Connections_IdleInThousands_KeepNobodyOut()
    {
        int count = Scale.Of(2_000, 10_000);
        await using Scenario scenario = await Scenario.StartAsync(nameof(Connections_IdleInThousands_KeepNobodyOut));
        List<LoadSocket> idle = [];

        try
        {
            var watch = Stopwatch.StartNew();

            for (int i = 0; i < count; i++)
            {
                idle.Add(await LoadSocket.DialAsync(scenario.Server.EndPoint));
            }

            TimeSpan dialled = watch.Elapsed;
            await using RawPeer peer = await scenario.Server.DialAsync();
            await peer.AssertOpenAsync();
            await Bounded.Until(() => scenario.Server.Figures.Descriptors >= scenario.Before.Descriptors + count, "that all are accepted");
            double each = (scenario.Server.Figures.Rss - scenario.Before.Rss) / 1024.0 / count;

            Assert.InRange(each, double.MinValue, 100);
            idle.ForEach(socket => socket.Dispose());
            await scenario.EndAsync($"{count:N0} idle connections took {each:N1} KiB each, dialled in {dialled.TotalSeconds:N1} s");
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Connections_ThatCallOnceAndClose_LeaveNothingBehind()
    {
        int count = Scale.Of(5_000, 100_000);
        await using Scenario scenario = await Scenario.StartAsync(nameof(Connections_ThatCallOnceAndClose_LeaveNothingBehind));
        byte[] request = Hex.Bytes("94 00 01 SUM");
        var watch = Stopwatch.StartNew();

        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
            await socket.SendAsync(request);
            Assert.Equal("940101c003", Hex.Text(await socket.ReceiveAsync(5)));
            socket.Reset();     // a close would leave the port in TIME_WAIT, of which there are not so many
        });

        double rate = count / watch.Elapsed.TotalSeconds;
        long heap = await scenario.Server.AskAsync<long>("heap");

        Assert.InRange(heap, 0, 100L * 1024 * 1024);
        await scenario.EndAsync($"{count:N0} connections, {rate:N0} a second; heap afterwards {heap / 1024.0 / 1024.0:N1} MiB");
    }
}
