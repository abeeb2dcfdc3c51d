using System.Diagnostics;
using System.Globalization;

namespace Mprpc.Reliability.Server;

/// <summary>What goes wrong on the server's own side.</summary>
public sealed class FaultTests
{
    private static readonly string[] s_failing =
    [
        "throw_at_once", "throw_later", "null_task", "cancel_itself", "cancel_later", "unwritable", "unwritable_later",
    ];

    private static readonly string[] s_filtered =
    [
        "filter_throws_at_once", "filter_throws_later", "filter_throws_behind_the_method", "filter_cancels_itself", "filter_answers_nothing",
        "filter_answers_another_type",
        "filter_cannot_be_made",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Methods_ThatFailInWhateverWay_AreAnsweredOnce(bool loggerThrows)
    {
        await using Scenario scenario = await Scenario.StartAsync(
            $"{nameof(Methods_ThatFailInWhateverWay_AreAnsweredOnce)}{(loggerThrows ? ", the logger throws" : "")}", $"Faults:Logger={loggerThrows}");
        byte[] internalError = WireBytes.Text("Internal error.");
        await using RawPeer peer = await scenario.Server.DialAsync();
        int calls = 0;

        for (int round = 0; round < 20; round++)
        {
            foreach (string method in s_failing)
            {
                await peer.SendAsync(WireBytes.Request(calls % 128, method, 0x90));
                Assert.Equal(Hex.Text([0x94, 0x01, (byte)(calls % 128), .. internalError, 0xc0]), await peer.ReadMessageAsync());
                await peer.SendAsync(WireBytes.Notification(method, 0x90));
                calls++;
            }

            await peer.SendAsync(WireBytes.Request(1, "unreadable", 0x91, 0x05));
            Assert.StartsWith("940101d9", await peer.ReadMessageAsync(), StringComparison.Ordinal);
            await peer.SendAsync(WireBytes.Request(1, "no_such", 0x90));
            Assert.StartsWith("940101", await peer.ReadMessageAsync(), StringComparison.Ordinal);
        }

        await peer.AssertOpenAsync();
        await scenario.EndAsync($"{calls} calls and as many notifications of {s_failing.Length} failing methods");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Filters_ThatFailInWhateverWay_AreAnsweredOnceAndKeepNoPlace(bool loggerThrows)
    {
        const int Rounds = 100;
        await using Scenario scenario = await Scenario.StartAsync(
            $"{nameof(Filters_ThatFailInWhateverWay_AreAnsweredOnceAndKeepNoPlace)}{(loggerThrows ? ", the logger throws" : "")}",
            $"Faults:Logger={loggerThrows}", "Mprpc:Limits:MaxCallsInFlightPerConnection=10");
        using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
        string internalError = Hex.Text([.. WireBytes.Text("Internal error."), 0xc0]);
        int calls = 0;

        for (int round = 0; round < Rounds; round++)
        {
            using var messages = new MemoryStream();
            List<string> expected = [];
            byte id = 0;

            foreach (string method in s_filtered)
            {
                expected.Add($"9401{id:x2}{internalError}");
                messages.Write(WireBytes.Request(id++, method, 0x90));
                messages.Write(WireBytes.Notification(method, 0x90));
            }

            expected.Add($"9401{id:x2}c001");
            messages.Write(WireBytes.Request(id++, "filter_runs_the_method_twice", 0x90));
            expected.Add($"9401{id:x2}c003");
            messages.Write([0x94, 0x00, id++, .. Hex.Bytes("SUM")]);

            // All at once: each answer comes once, in whatever order.
            await socket.SendAsync(messages.ToArray());
            List<string> answers = WireBytes.Sorted(await socket.ReceiveAsync(expected.Sum(answer => answer.Length / 2)));
            Assert.Equal(expected.Order(StringComparer.Ordinal), answers);
            calls += id - 1;
        }

        // Nothing more comes, and with ten places for all of them none has been kept.
        await socket.SendAsync(Hex.Bytes("94 00 01 SUM"));
        Assert.Equal("940101c003", Hex.Text(await socket.ReceiveAsync(5)));
        await scenario.EndAsync($"{calls} calls and as many notifications behind {s_filtered.Length + 1} faulty filters, ten places");
    }

    [Fact]
    public async Task BrokenMessages_WhileTheLoggerThrows_EndOnlyTheirConnections()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(BrokenMessages_WhileTheLoggerThrows_EndOnlyTheirConnections), "Faults:Logger=true");

        for (int i = 0; i < 100; i++)
        {
            using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
            await socket.SendAsync(Hex.Bytes(i % 2 == 0 ? "c1" : "94 01 05 c0 01 c1"));
            Assert.Equal(0, await socket.ReceiveToEndAsync());
        }

        await scenario.EndAsync($"100 connections closed");
    }

    [Fact]
    public async Task Methods_ThatBlockTheirThreads_HoldUpNobody()
    {
        // Many more than threads of the pool, with a method of which nobody knows yet that it blocks.
        const int Connections = 16;
        await using Scenario scenario = await Scenario.StartAsync(nameof(Methods_ThatBlockTheirThreads_HoldUpNobody));
        byte[] block = [.. WireBytes.Text("block"), 0x91, 0xcd, 0x07, 0xd0];     // 2 s
        byte[] messages = [0x94, 0x00, 0x01, .. block, .. Hex.Bytes("94 00 02 SUM"), 0x94, 0x00, 0x03, .. block, .. Hex.Bytes("94 00 04 SUM")];
        List<LoadSocket> sockets = [];
        var watch = Stopwatch.StartNew();

        for (int i = 0; i < Connections; i++)
        {
            LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
            await socket.SendAsync(messages);
            sockets.Add(socket);
        }

        byte[][] sums = await Task.WhenAll(sockets.Select(socket => socket.ReceiveAsync(2 * 5)));
        TimeSpan longest = watch.Elapsed;
        byte[][] blocked = await Task.WhenAll(sockets.Select(socket => socket.ReceiveAsync(2 * 7)));
        sockets.ForEach(socket => socket.Dispose());

        Assert.All(sums, answers => Assert.Equal(["940102c003", "940104c003"], WireBytes.Sorted(answers)));
        Assert.All(blocked, answers => Assert.Equal(["940101c0cd07d0", "940103c0cd07d0"], WireBytes.Sorted(answers)));
        await scenario.EndAsync(
            $"2 calls that block for 2 s on each of {Connections} connections; the 2 sums behind them were answered after {longest.TotalMilliseconds:N0} ms ",
            $"at most");
    }

    [Fact]
    public async Task Methods_KnownToBlock_HoldUpNobodyWithoutThreadsToSpare()
    {
        const int Connections = 16;
        await using Scenario scenario = await Scenario.StartAsync(nameof(Methods_KnownToBlock_HoldUpNobodyWithoutThreadsToSpare));
        using LoadSocket first = await LoadSocket.DialAsync(scenario.Server.EndPoint);
        byte[] shortBlock = WireBytes.Request(1, "block", 0x91, 0x32);       // 50 ms
        var watch = Stopwatch.StartNew();

        // Each time that it holds the read loop up, the server keeps it off the loop for longer: in the end for several seconds.
        while (watch.Elapsed < TimeSpan.FromSeconds(3))
        {
            await first.SendAsync(shortBlock);
            await first.ReceiveAsync(5);
        }

        byte[] longBlock = [.. WireBytes.Text("block"), 0x91, 0xcd, 0x07, 0xd0];     // 2 s
        byte[] messages = [.. Enumerable.Range(0, 4).SelectMany(id => (byte[])[0x94, 0x00, (byte)(0x10 + id), .. longBlock]), .. Hex.Bytes("94 00 02 SUM")];
        List<LoadSocket> sockets = [];

        for (int i = 0; i < Connections; i++)
        {
            sockets.Add(await LoadSocket.DialAsync(scenario.Server.EndPoint));
        }

        watch.Restart();
        await Task.WhenAll(sockets.Select(socket => socket.SendAsync(messages)));
        byte[][] sums = await Task.WhenAll(sockets.Select(socket => socket.ReceiveAsync(5)));
        TimeSpan longest = watch.Elapsed;
        byte[][] blocked = await Task.WhenAll(sockets.Select(socket => socket.ReceiveAsync(4 * 7)));
        TimeSpan all = watch.Elapsed;
        sockets.ForEach(socket => socket.Dispose());

        Assert.All(sums, sum => Assert.Equal("940102c003", Hex.Text(sum)));
        Assert.All(blocked, answers => Assert.Equal(["940110c0cd07d0", "940111c0cd07d0", "940112c0cd07d0", "940113c0cd07d0"], WireBytes.Sorted(answers)));
        await scenario.EndAsync(
            $"{Connections} connections with 4 calls each that block for 2 s: the sum behind them was answered after {longest.TotalMilliseconds:N0} ms at ",
            $"most, all of them after {all.TotalSeconds:N1} s");
    }

    [Fact]
    public async Task Connections_MoreThanDescriptors_AreRefusedBeyondMaxConnections()
    {
        // A .NET process whose descriptors are used up is ended by its runtime, whose garbage collector cannot read /proc/meminfo then: the limit must come
        // first.
        const int Descriptors = 400;
        const int MaxConnections = 100;
        await using Scenario scenario = await Scenario.StartAsync(
            nameof(Connections_MoreThanDescriptors_AreRefusedBeyondMaxConnections),
            await ServerProcess.StartAsync(Descriptors, [$"Mprpc:Limits:MaxConnections={MaxConnections}"]));
        List<LoadSocket> sockets = [];

        for (int i = 0; i < Descriptors * 2; i++)
        {
            sockets.Add(await LoadSocket.DialAsync(scenario.Server.EndPoint));
        }

        // Not which: a place may become free while they come.
        Task<long>[] ends = [.. sockets.Select(socket => socket.ReceiveToEndAsync())];
        await Bounded.Until(() => ends.Count(end => end.IsCompleted) >= sockets.Count - MaxConnections, "that those beyond the limit are closed");
        int most = scenario.Server.Figures.Descriptors - scenario.Before.Descriptors;
        sockets.ForEach(socket => socket.Dispose());

        Assert.InRange(most, 1, MaxConnections + 10);       // the process has opened some files since
        await Bounded.Until(() => scenario.Server.Figures.Descriptors <= scenario.Before.Descriptors + (MaxConnections / 2), "that places are free again");
        await scenario.EndAsync(
            $"{Descriptors * 2} connections to a process of {Descriptors} descriptors that takes {MaxConnections}: {most} descriptors more were in use");
    }

    [Fact]
    public async Task Stop_WithCallsRunning_AnswersEndsWithFinAndExitsWithZero()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        await using RawPeer peer = await server.DialAsync();
        await using RawPeer idle = await server.DialAsync();
        await idle.AssertOpenAsync();
        await peer.SendAsync(WireBytes.Request(1, "stubborn", 0x91, 0xcd, 0x05, 0xdc));
        await server.UntilRunningAsync(running => running > 0);

        var watch = Stopwatch.StartNew();
        await server.Process.TerminateAsync();      // not Ctrl-C, which a process started in the background may ignore
        string rest = await peer.ReadToEndAsync();
        string idleRest = await idle.ReadToEndAsync();
        await server.Process.WaitForExitAsync();

        Assert.Equal("940101c0cd05dc", rest);
        Assert.Equal("", idleRest);
        Assert.Equal(0, server.Process.ExitCode);
        Results.Add(
            nameof(Stop_WithCallsRunning_AnswersEndsWithFinAndExitsWithZero),
            $"exit code 0 after {watch.Elapsed.TotalSeconds:N1} s, with a call that takes 1.5 s");
    }
}
