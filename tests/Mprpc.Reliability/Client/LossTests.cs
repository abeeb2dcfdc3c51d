using System.Diagnostics;
using Mprpc.Client;
using Mprpc.Wire;

namespace Mprpc.Reliability.Client;

/// <summary>Each pending call completes exactly once, whatever happens to its connection.</summary>
public sealed class LossTests
{
    [Fact]
    public async Task Server_KilledWithThousandCallsPending_EachFailsOnceWithinASecond()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("Mprpc:Limits:MaxCallsInFlightPerConnection=500");
        await using var client = new MprpcClient(server.Url);
        int completions = 0;
        Task<Exception?>[] calls = [.. Enumerable.Range(0, 1_000).Select(async _ =>
        {
            Exception? exception = await Outcome.Of(async () => await client.CallAsync("wait"));
            Interlocked.Increment(ref completions);
            return exception;
        })];

        await server.UntilRunningAsync(running => running >= 500);

        var watch = Stopwatch.StartNew();
        await server.Process.KillAsync();
        Exception?[] exceptions = await Task.WhenAll(calls).InTime();
        TimeSpan took = watch.Elapsed;

        Assert.All(exceptions, exception => Assert.True(Assert.IsType<MprpcConnectionException>(exception).RequestWasSent));
        Assert.Equal(1_000, exceptions.Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.Equal(1_000, completions);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Results.Add(
            nameof(Server_KilledWithThousandCallsPending_EachFailsOnceWithinASecond), $"1,000 calls, all failed {took.TotalMilliseconds:N0} ms after the kill");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answers_CutAtEveryOffset_CompleteThoseThatAreWholeAndFailTheOthers(bool isReset)
    {
        // Answers to 8 calls of all shapes: values, errors, out of order, one twice, one that nobody asked for.
        byte[] answers = Hex.Bytes(
            "94 01 03 c0 c5 0010 000102030405060708090a0b0c0d0e0f 94 01 00 c0 00 94 01 01 a4 626f6f6d c0 94 01 01 c0 07 94 01 63 c0 05 94 01 02 c0 93010203 "
            + "94 01 04 c2 c0 94 01 05 c0 c0 94 01 06 c0 81a16101 94 01 07 c0 07");
        int calls = 0;
        var watch = Stopwatch.StartNew();

        for (int cut = 0; cut < answers.Length; cut++)
        {
            int length = cut;
            using var server = new ScriptedPeer(async (socket, _) =>
            {
                await ScriptedPeer.ReceiveAsync(socket, 8 * 6);
                await socket.SendAsync(answers.AsMemory(0, length));

                if (isReset)
                {
                    ScriptedPeer.Reset(socket);
                }
            });
            await using var client = new MprpcClient(server.Url);

            Exception?[] ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Outcome.Of(async () => await client.CallAsync<MprpcRaw>("a")))).InTime();

            Assert.All(ends, end => Assert.True(end is null or MprpcRemoteException or MprpcConnectionException, $"{end}"));
            Assert.InRange(
                ends.Count(end => end is MprpcConnectionException),
                isReset ? 1 : 8 - WholeAnswers(answers.AsSpan(0, cut)),
                isReset ? 8 : 8 - WholeAnswers(answers.AsSpan(0, cut)));
            calls += 8;
        }

        Results.Add(
            $"{nameof(Answers_CutAtEveryOffset_CompleteThoseThatAreWholeAndFailTheOthers)}, {(isReset ? "RST" : "FIN")}",
            $"{answers.Length} offsets, {calls} calls, {watch.Elapsed.TotalMilliseconds / answers.Length:N1} ms each");
    }

    private static int WholeAnswers(ReadOnlySpan<byte> bytes)
    {
        var scanner = new FrameScanner(1024, 16);
        HashSet<int> answered = [];

        while (scanner.Scan(bytes, out int length) == FrameStatus.Complete)
        {
            answered.Add(bytes[2]);
            bytes = bytes[length..];
        }

        answered.Remove(0x63);
        return answered.Count;
    }

    [Fact]
    public async Task Server_ThatAcceptsAndSaysNothing_KeepsNoCallBeyondItsTimeoutAndNoClientFromClosing()
    {
        using var server = new ScriptedPeer(async (socket, _) => await ScriptedPeer.ReceiveAsync(socket, int.MaxValue / 2));
        var client = new MprpcClient(server.Url);
        var watch = Stopwatch.StartNew();

        Exception?[] ends = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Outcome.Of(
            async () => await client.CallAsync<int>("a", new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(300) })))).InTime();
        TimeSpan took = watch.Elapsed;
        Task<Exception?> pending = Outcome.Of(async () => await client.CallAsync<int>("a"));
        watch.Restart();
        await client.DisposeAsync().InTime();
        TimeSpan disposed = watch.Elapsed;

        Assert.All(ends, end => Assert.IsType<TimeoutException>(end));
        Assert.IsType<MprpcConnectionException>(await pending.InTime());
        Results.Add(
            nameof(Server_ThatAcceptsAndSaysNothing_KeepsNoCallBeyondItsTimeoutAndNoClientFromClosing),
            $"100 calls with a timeout of 300 ms ended after {took.TotalMilliseconds:N0} ms; disposed in {disposed.TotalMilliseconds:N0} ms with a call ",
            $"pending");
    }

    [Fact]
    public async Task Answers_LateTwiceAndUnasked_ChangeNothing()
    {
        int rounds = Scale.Of(2_000, 20_000);
        using var server = new ScriptedPeer(async (socket, _) =>
        {
            // Each request has 8 bytes or more; the server answers what it was not asked, then each twice, the last one again.
            byte[] buffer = new byte[64 * 1024];
            var scanner = new FrameScanner(1024, 16);
            int filled = 0;

            while (await socket.ReceiveAsync(buffer.AsMemory(filled)) is var count and > 0)
            {
                filled += count;
                int position = 0;
                using var answers = new MemoryStream();

                while (scanner.Scan(buffer.AsSpan(position, filled - position), out int length) == FrameStatus.Complete)
                {
                    byte[] id = buffer[(position + 2)..(position + length - 3)];     // between the type and the method "a" with its params
                    answers.Write(
                        [
                            0x94, 0x01, 0xce, 0x7f, 0xff, 0xff, 0xff, 0xc0, 0x63, 0x94, 0x01, .. id, 0xc0, .. id, 0x94, 0x01, .. id, 0xc0, 0xff, 0x94, 0x01,
                            .. id, 0xa1, 0x78, 0xc0,
                        ]);
                    position += length;
                }

                buffer.AsSpan(position, filled - position).CopyTo(buffer);
                filled -= position;
                await socket.SendAsync(answers.ToArray());
            }
        });
        await using var client = new MprpcClient(server.Url);

        for (int round = 0; round < rounds; round += 50)
        {
            int[] results = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => await client.CallAsync<int>("a"))).InTime();
            Assert.Equal(50, results.Distinct().Count());       // each its own: the msgid is the result
        }

        Assert.Equal(1, server.Accepted);
        Results.Add(nameof(Answers_LateTwiceAndUnasked_ChangeNothing), $"{rounds:N0} calls with four answers each, one connection");
    }
}
