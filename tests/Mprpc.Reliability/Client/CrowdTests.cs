using System.Diagnostics;
using System.Globalization;
using Mprpc.Client;

namespace Mprpc.Reliability.Client;

/// <summary>Many clients, many connections, many calls: none is lost, and nothing grows.</summary>
public sealed class CrowdTests
{
    [Fact]
    public async Task Connections_RotatedUnderLoad_LoseNoCallAndStayBounded()
    {
        const int MaxConnections = 4;
        int calls = Scale.Of(50_000, 5_000_000);
        await using ServerProcess server = await ServerProcess.StartAsync();
        await using var client = new MprpcClient(
            server.Url, new MprpcClientOptions { MaxConnections = MaxConnections, ConnectionLifetime = TimeSpan.FromMilliseconds(50) });
        await client.CallAsync<int>("sum", 1, 2).InTime();
        int most = 0;
        int left = calls;
        int before = server.Figures.Descriptors;
        var watch = Stopwatch.StartNew();

        Task[] callers = [.. Enumerable.Range(0, 32).Select(caller => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                Assert.Equal(caller + 1, await client.CallAsync<int>(caller % 2 == 0 ? "later" : "sum", caller % 2 == 0 ? [caller + 1] : [caller, 1]));
            }
        }))];
        Task all = Task.WhenAll(callers);

        while (!all.IsCompleted)
        {
            most = Math.Max(most, server.Figures.Descriptors - before + 1);
            await Task.WhenAny(all, Task.Delay(20));
        }

        await all.WaitAsync(TimeSpan.FromMinutes(10));
        TimeSpan took = watch.Elapsed;

        // The server sees the end of one a little after the client has made another.
        Assert.InRange(most, 0, 3 * MaxConnections);
        Results.Add(
            nameof(Connections_RotatedUnderLoad_LoseNoCallAndStayBounded),
            $"{calls:N0} calls of 32 callers over connections of 50 ms in {took.TotalSeconds:N1} s, none failed; at most {most} connections at the server");
    }

    [Fact]
    public async Task Clients_TwoThousandAfterARestart_AllComeBack()
    {
        int count = Scale.Of(500, 2_000);
        MprpcClient[] clients;
        string listen;

        await using (ServerProcess former = await ServerProcess.StartAsync())
        {
            listen = string.Create(CultureInfo.InvariantCulture, $"Listen={former.Url}");
            clients = [.. Enumerable.Range(0, count).Select(_ => new MprpcClient(former.Url))];
            int[] results = await Task.WhenAll(clients.Select(async client => await client.CallAsync<int>("sum", 1, 2))).InTime();
            Assert.All(results, result => Assert.Equal(3, result));
            await former.Process.KillAsync();
        }

        // While nobody is there they go on calling, which makes their delays grow.
        var watch = Stopwatch.StartNew();
        Task<int>[] calls = [.. clients.Select(CallUntilAnsweredAsync)];
        await using ServerProcess server = await ServerProcess.StartAsync(listen);
        TimeSpan down = watch.Elapsed;
        watch.Restart();
        int[] answers = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromMinutes(2));
        TimeSpan took = watch.Elapsed;
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask())).InTime();

        Assert.All(answers, answer => Assert.Equal(3, answer));
        Results.Add(
            nameof(Clients_TwoThousandAfterARestart_AllComeBack),
            $"{count:N0} clients of a server that was away for {down.TotalSeconds:N1} s: all served {took.TotalSeconds:N1} s after it was back");
    }

    [Fact]
    public async Task Calls_InMillions_KeepTheMemoryOfTheClient()
    {
        int calls = Scale.Of(200_000, 10_000_000);
        await using ServerProcess server = await ServerProcess.StartAsync();
        await using var client = new MprpcClient(server.Url);
        await CallAsync(client, calls / 10);
        long heapBefore = GC.GetTotalMemory(forceFullCollection: true);
        double rssBefore = ProcessFigures.Of(Environment.ProcessId).RssMiB;
        var watch = Stopwatch.StartNew();

        await CallAsync(client, calls);

        TimeSpan took = watch.Elapsed;
        long heapAfter = GC.GetTotalMemory(forceFullCollection: true);
        double rssAfter = ProcessFigures.Of(Environment.ProcessId).RssMiB;
        Results.Add(
            nameof(Calls_InMillions_KeepTheMemoryOfTheClient),
            $"{calls:N0} calls, {calls / took.TotalSeconds:N0} a second; heap {heapBefore / 1048576.0:N1} to {heapAfter / 1048576.0:N1} MiB, RSS ",
            $"{rssBefore:N0} to {rssAfter:N0} MiB");
        Assert.InRange(heapAfter - heapBefore, long.MinValue, 5 * 1024 * 1024);
        Assert.InRange(rssAfter - rssBefore, double.MinValue, 50);
    }

    [Fact]
    public async Task Garbage_OfWhateverBytes_FailsOrAnswersEachCallAndNeverHangs()
    {
        int rounds = Scale.Of(500, 20_000);
        using var server = new ScriptedPeer(async (socket, number) =>
        {
            var random = new Random(number);
            await ScriptedPeer.ReceiveAsync(socket, 6);
            byte[] garbage = new byte[random.Next(1, 2_000)];
            random.NextBytes(garbage);

            // Half of it looks like the beginning of an answer.
            if (random.Next(2) == 0)
            {
                new byte[] { 0x94, 0x01, 0x00, 0xc0 }.AsSpan(0, Math.Min(4, garbage.Length)).CopyTo(garbage);
            }

            await socket.SendAsync(garbage);
        });
        var kinds = new Dictionary<string, int>();

        for (int i = 0; i < rounds; i++)
        {
            await using var client = new MprpcClient(server.Url);
            Exception? end = await Outcome.Of(async () => await client.CallAsync<MprpcRaw>("a")).InTime();
            string kind = end is MprpcConnectionException { InnerException: MprpcProtocolException } ? "protocol" : end?.GetType().Name ?? "answered";
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            Assert.True(end is null or MprpcConnectionException or MprpcRemoteException, $"{end}");
        }

        Results.Add(
            nameof(Garbage_OfWhateverBytes_FailsOrAnswersEachCallAndNeverHangs),
            $"{rounds:N0} connections with random bytes: ",
            $"{string.Join(", ", kinds.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"))}");
    }

    private static Task CallAsync(MprpcClient client, int calls)
    {
        int left = calls;
        return Task.WhenAll(Enumerable.Range(0, 64).Select(async caller =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                Assert.Equal(caller + 1, await client.CallAsync<int>("sum", caller, 1));
            }
        })).WaitAsync(TimeSpan.FromMinutes(20));
    }

    private static async Task<int> CallUntilAnsweredAsync(MprpcClient client)
    {
        while (true)
        {
            try
            {
                return await client.CallAsync<int>("sum", 1, 2);
            }
            catch (MprpcConnectionException)
            {
                // It is not back yet, or the call was on the connection that was lost.
            }
        }
    }
}
