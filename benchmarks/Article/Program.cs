using System.Diagnostics;
using Mprpc.Article;
using Mprpc.Client;

// What benchmarks/benchmark.py of mprpc for Python measures: 10,000 calls of sum(1, 2), by one caller and by twenty.
const int Calls = 10_000;
const int Callers = 20;

if (args is [SumServer.Role])
{
    await SumServer.RunAsync();
    return;
}

using SumServer server = await SumServer.StartAsync();

// Once unprinted: Python has nothing to compile while it is measured.
await CallAsync();
await CallUsingConnectionPoolAsync();
Console.WriteLine($"call: {await CallAsync():F0} qps");
Console.WriteLine($"call_using_connection_pool: {await CallUsingConnectionPoolAsync():F0} qps");

async Task<double> CallAsync()
{
    await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);

    long start = Stopwatch.GetTimestamp();
    for (int i = 0; i < Calls; i++)
    {
        await SumAsync(client);
    }

    return Calls / Stopwatch.GetElapsedTime(start).TotalSeconds;
}

async Task<double> CallUsingConnectionPoolAsync()
{
    // As gsocketpool has it: twenty connections, each with one call at a time.
    await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url, new MprpcClientOptions { MaxConnections = Callers, MaxInFlightPerConnection = 1 });
    await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => SumAsync(client).AsTask()));
    int left = Calls;

    long start = Stopwatch.GetTimestamp();
    await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(CallerAsync)));
    return Calls / Stopwatch.GetElapsedTime(start).TotalSeconds;

    async Task CallerAsync()
    {
        while (Interlocked.Decrement(ref left) >= 0)
        {
            await SumAsync(client);
        }
    }
}

static async ValueTask<int> SumAsync(MprpcClient client)
{
    int sum = await client.CallAsync<int>("sum", 1, 2);
    return sum == 3 ? sum : throw new InvalidOperationException($"sum(1, 2) was {sum}.");
}
