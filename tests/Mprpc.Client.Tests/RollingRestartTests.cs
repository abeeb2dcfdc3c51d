using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mprpc.Client.Tests;

/// <summary>
/// Three servers that are stopped and started in turn under callers of one client: no call fails, and none runs twice. Once in continuous integration, ten
/// times where MPRPC_RELIABILITY is "long".
/// </summary>
public sealed class RollingRestartTests : IDisposable
{
    private const int Callers = 50;
    private const int Servers = 3;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mprpc");

    private static int Rounds => string.Equals(Environment.GetEnvironmentVariable("MPRPC_RELIABILITY"), "long", StringComparison.OrdinalIgnoreCase) ? 10 : 1;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task RollingRestart_UnderFiftyCallers_FailsNoCallAndRunsNoneTwice(int longestWork)
    {
        var work = new Work(longestWork);
        var servers = new WebApplication[Servers];

        for (int i = 0; i < Servers; i++)
        {
            servers[i] = await StartAsync(work, i);
        }

        var failures = new ConcurrentQueue<Exception>();
        var watch = Stopwatch.StartNew();
        long calls = 0;
        using var stop = new CancellationTokenSource();
        var options = new MprpcClientOptions
        {
            Servers = MprpcServerSource.Fixed(Enumerable.Range(0, Servers).Select(UrlOf)),
            Extensions = MprpcExtensions.Always,
            Reconnect = new() { InitialDelay = TimeSpan.FromMilliseconds(20) },
        };
        await using var client = new MprpcClient(options);
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(_ => Task.Run(CallAsync))];

        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < Servers; i++)
            {
                await Task.Delay(200);
                await servers[i].StopAsync().WaitAsync(Deadline);
                await servers[i].DisposeAsync();
                await Task.Delay(100);
                servers[i] = await StartAsync(work, i);
            }
        }

        await Task.Delay(200);
        await stop.CancelAsync();
        await Task.WhenAll(callers).WaitAsync(Deadline);

        foreach (WebApplication server in servers)
        {
            await server.StopAsync().WaitAsync(Deadline);
            await server.DisposeAsync();
        }

        string reasons = string.Join(", ", failures.GroupBy(failure => failure.Message).Select(group => $"{group.Count()} x {group.Key}"));
        Assert.True(failures.IsEmpty, $"{failures.Count} of {calls} calls failed: {reasons}");
        Assert.Equal(calls, work.Runs);
        Assert.Equal(0, work.Repeated);
        Assert.True(calls > Callers, $"Only {calls} calls were made.");
        TestContext.Current.TestOutputHelper!.WriteLine($"{Rounds} rounds in {watch.Elapsed.TotalSeconds:N0} s, {calls:N0} calls, none failed, none run twice");

        async Task CallAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                long id = Interlocked.Increment(ref calls);

                try
                {
                    Assert.Equal(id, await client.CallAsync<long>("work", id));
                }
                catch (Exception exception)
                {
                    failures.Enqueue(exception);
                }
            }
        }
    }

    private async Task<WebApplication> StartAsync(Work work, int index)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        builder.Services.AddSingleton(work);
        builder.Services.AddMprpc();
        WebApplication application = builder.Build();
        application.MapMprpcService<Work>(UrlOf(index));
        await application.StartAsync();
        return application;
    }

    private string UrlOf(int index) => $"unix://{_folder.FullName}/{index}.sock";

    /// <summary>Does something for each number, and remembers which.</summary>
    [SuppressMessage("Performance", "CA1812", Justification = "It is made by the test.")]
    internal sealed class Work(int longest)
    {
        private readonly ConcurrentDictionary<long, bool> _done = new();
        private long _runs;
        private int _repeated;

        public long Runs => Interlocked.Read(ref _runs);

        public int Repeated => Volatile.Read(ref _repeated);

        [MprpcMethod("work")]
        public async Task<long> DoAsync(long id)
        {
            Interlocked.Increment(ref _runs);

            if (!_done.TryAdd(id, true))
            {
                Interlocked.Increment(ref _repeated);
            }

            if (longest > 0)
            {
                await Task.Delay(Random.Shared.Next(longest + 1));
            }

            return id;
        }
    }
}
