using System.Diagnostics;
using Mprpc.Client;

namespace Mprpc.Reliability.Client;

/// <summary>What happens at the same moment happens once.</summary>
public sealed class RaceTests
{
    [Fact]
    public async Task Cancellation_RacingTheAnswer_CompletesEachCallOnce()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        await using var client = new MprpcClient(server.Url);
        int count = Scale.Of(50_000, 1_000_000);
        int answered = 0;
        int cancelled = 0;
        var watch = Stopwatch.StartNew();

        await Parallel.ForEachAsync(Enumerable.Range(0, 8), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (worker, _) =>
        {
            var random = new Random(worker);

            for (int i = 0; i < count / 8; i++)
            {
                var source = new CancellationTokenSource();     // not disposed: it is cancelled on another thread
                ValueTask<int> call = client.CallAsync<int>("sum", source.Token, i, worker);

                // Somewhere about when the answer comes.
                for (int spins = random.Next(400); spins > 0; spins--)
                {
                    Thread.SpinWait(10);
                }

                ThreadPool.UnsafeQueueUserWorkItem(static s => ((CancellationTokenSource)s!).Cancel(), source);

                try
                {
                    Assert.Equal(i + worker, await call);
                    Interlocked.Increment(ref answered);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                }
            }
        }).WaitAsync(TimeSpan.FromMinutes(10));

        Assert.Equal(count / 8 * 8, answered + cancelled);
        Assert.True(answered > 0 && cancelled > 0, $"{answered} answered, {cancelled} cancelled: there was no race.");
        Assert.Equal(0, client.CurrentRequests!.Count);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Results.Add(
            nameof(Cancellation_RacingTheAnswer_CompletesEachCallOnce),
            $"{count:N0} calls, {answered:N0} answered, {cancelled:N0} cancelled, {count / watch.Elapsed.TotalSeconds:N0} a second");
    }

    [Fact]
    public async Task Msgids_AtTheirEnd_StartOverUnderLoad()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        await using var client = new MprpcClient(server.Url);
        await client.CallAsync<int>("sum", 0, 0).InTime();
        client.CurrentRequests!.NextId = int.MaxValue - 500;

        // Some that stay in flight across the wrap.
        using var end = new CancellationTokenSource();
        Task[] waiting = [.. Enumerable.Range(0, 20).Select(_ => Outcome.Of(async () => await client.CallAsync("wait", end.Token)))];
        int[] results = await Task.WhenAll(Enumerable.Range(0, 5_000).Select(async i => await client.CallAsync<int>("sum", i, 1))).InTime();
        await end.CancelAsync();
        await Task.WhenAll(waiting).InTime();

        Assert.Equal(Enumerable.Range(1, 5_000), results);
        Assert.InRange(client.CurrentRequests!.NextId, 4_000, 10_000);
        Results.Add(nameof(Msgids_AtTheirEnd_StartOverUnderLoad), $"{results.Length:N0} calls across the wrap, 20 in flight all the time");
    }

    [Theory]
    [InlineData("idle")]
    [InlineData("calling")]
    [InlineData("connecting")]
    [InlineData("unreachable")]
    [InlineData("mute")]
    [InlineData("streaming")]
    public async Task DisposeAsync_InEachState_EndsSoonAndFailsWhatIsPending(string state)
    {
        int rounds = Scale.Of(30, 300);
        TimeSpan longest = TimeSpan.Zero;
        using var server = new ScriptedPeer(async (socket, _) =>
        {
            byte[] answer = Hex.Bytes("94 01 00 c0 07");

            while (state != "mute" && await socket.ReceiveAsync(new byte[4096]) > 0)
            {
                await socket.SendAsync(answer);

                while (state == "streaming")
                {
                    await socket.SendAsync(answer);
                }
            }

            await Task.Delay(Timeout.Infinite).WaitAsync(TimeSpan.FromSeconds(60)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });

        for (int round = 0; round < rounds; round++)
        {
            var client = new MprpcClient(state == "unreachable" ? "tcp://127.0.0.1:1" : server.Url);
            List<Task<Exception?>> calls = [];

            if (state is not ("idle" or "unreachable" or "mute" or "connecting"))
            {
                await client.CallAsync<int>("a").InTime();
            }

            if (state != "idle")
            {
                calls.AddRange(Enumerable.Range(0, 20).Select(_ => Outcome.Of(async () => await client.CallAsync<int>("a"))));
            }

            var watch = Stopwatch.StartNew();
            Task[] disposing = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () => await client.DisposeAsync()))];
            await Task.WhenAll(disposing).InTime();
            Exception?[] ends = await Task.WhenAll(calls).InTime();
            longest = watch.Elapsed > longest ? watch.Elapsed : longest;

            Assert.All(ends, end => Assert.True(end is null or ObjectDisposedException or MprpcConnectionException, $"{end}"));
            Assert.Equal(MprpcClientState.Disposed, client.State);
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.CallAsync<int>("a"));
        }

        Results.Add(
            $"{nameof(DisposeAsync_InEachState_EndsSoonAndFailsWhatIsPending)}, {state}",
            $"{rounds} clients, by three threads at once; {longest.TotalMilliseconds:N0} ms at most");
    }

    [Fact]
    public async Task Clients_OfAServerThatIsDown_KeepToTheirDelaysAndAllComeBack()
    {
        const int Clients = 100;
        int port;
        int accepted;

        using (var free = new ScriptedPeer(static (_, _) => Task.CompletedTask))
        {
            port = free.Port;
        }

        List<MprpcClient> clients = [];
        TimeSpan down = TimeSpan.FromSeconds(3);

        // A server that closes at once what it accepts counts the attempts.
        using (var broken = new ScriptedPeer(static (socket, _) => { ScriptedPeer.Reset(socket); return Task.CompletedTask; }, port))
        {
            clients.AddRange(Enumerable.Range(0, Clients).Select(_ => new MprpcClient(broken.Url)));
            using var end = new CancellationTokenSource(down);
            await Task.WhenAll(clients.Select(async client =>
            {
                while (!end.IsCancellationRequested)
                {
                    await Outcome.Of(async () => await client.CallAsync<int>("sum", end.Token, 1, 2));
                }
            })).InTime();
            accepted = broken.Accepted;
        }

        // Then nobody listens: attempts fail, delays grow.
        using (var end = new CancellationTokenSource(down))
        {
            await Task.WhenAll(clients.Select(client => Outcome.Of(async () => await client.CallAsync<int>("sum", end.Token, 1, 2)))).InTime();
        }

        using var server = new ScriptedPeer(static async (socket, _) =>
        {
            byte[] request = await ScriptedPeer.ReceiveAsync(socket, 9);
            await socket.SendAsync((byte[])[0x94, 0x01, request[2], 0xc0, 0x03]);
            await ScriptedPeer.ReceiveAsync(socket, 1);
        }, port);
        var watch = Stopwatch.StartNew();
        int[] results = await Task.WhenAll(clients.Select(async client =>
        {
            while (true)
            {
                try
                {
                    return await client.CallAsync<int>("sum", 1, 2);
                }
                catch (MprpcConnectionException exception) when (!exception.RequestWasSent)
                {
                    // An attempt that had begun before the server was back.
                }
            }
        })).InTime();
        TimeSpan took = watch.Elapsed;
        clients.ForEach(client => _ = client.DisposeAsync().AsTask());

        Assert.All(results, result => Assert.Equal(3, result));
        Assert.InRange(accepted / down.TotalSeconds / Clients, 0, 5);
        Results.Add(
            nameof(Clients_OfAServerThatIsDown_KeepToTheirDelaysAndAllComeBack),
            $"{Clients} clients made {accepted / down.TotalSeconds / Clients:N1} connections a second each to a server that closes at once; all served ",
            $"{took.TotalSeconds:N1} s after it was back");
    }
}
