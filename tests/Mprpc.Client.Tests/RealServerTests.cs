using System.Collections.Concurrent;

namespace Mprpc.Client.Tests;

/// <summary>Against the real server.</summary>
public sealed class RealServerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task CallAsync_Sum_GivesTheResult()
    {
        await using RealServer server = await RealServer.StartAsync();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2));
        Assert.Equal("boom", (await Assert.ThrowsAsync<MprpcRemoteException>(async () => await client.CallAsync("fail"))).Message);
        var exception = await Assert.ThrowsAsync<MprpcRemoteException>(async () => await client.CallAsync("nosuch"));
        Assert.Contains("not found", exception.Message, StringComparison.Ordinal);
        await client.CallAsync("sum", 1, 2);
    }

    [Fact]
    public async Task CallAsync_UnixSocket_GivesTheResult()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mprpc-{Guid.NewGuid():N}.sock");
        await using RealServer server = await RealServer.StartAsync($"unix://{path}");
        await using MprpcClient client = await MprpcClient.ConnectAsync($"unix://{path}");

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2));
    }

    [Fact]
    public async Task CallAsync_LargeValuesBothWays_AreIntact()
    {
        await using RealServer server = await RealServer.StartAsync();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        byte[] bytes = new byte[1024 * 1024];
        Random.Shared.NextBytes(bytes);

        byte[][] results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.CallAsync<byte[]>("echo", bytes).AsTask())).WaitAsync(Deadline);

        Assert.All(results, result => Assert.True(bytes.AsSpan().SequenceEqual(result)));
    }

    [Fact]
    public async Task CallAsync_ThousandAtOnceHalfOfThemSlow_EachGetsItsOwnAnswerAndTheFastDoNotWait()
    {
        await using RealServer server = await RealServer.StartAsync(configure: options => options.Limits.MaxCallsInFlightPerConnection = 1000);
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);

        Task<int>[] slow = [.. Enumerable.Range(0, 500).Select(i => client.CallAsync<int>("slow", i).AsTask())];
        Task<int>[] fast = [.. Enumerable.Range(0, 500).Select(i => client.CallAsync<int>("sum", i, i).AsTask())];
        int[] fastResults = await Task.WhenAll(fast).WaitAsync(Deadline);
        Assert.DoesNotContain(slow, call => call.IsCompleted);
        server.Service.Gate.SetResult();
        int[] slowResults = await Task.WhenAll(slow).WaitAsync(Deadline);

        Assert.Equal(Enumerable.Range(0, 500).Select(i => 2 * i), fastResults);
        Assert.Equal(Enumerable.Range(0, 500), slowResults);
    }

    [Theory]
    [InlineData(1, int.MaxValue)]
    [InlineData(4, int.MaxValue)]
    [InlineData(4, 1)]
    [InlineData(2, 8)]
    public async Task CallAsync_ManyThreads_EachGetsItsOwnAnswer(int connections, int inFlight)
    {
        await using RealServer server = await RealServer.StartAsync();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxConnections = connections, MaxInFlightPerConnection = inFlight });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
            {
                Assert.Equal(caller + i, await client.CallAsync<int>("sum", caller, i).ConfigureAwait(false));
            }
        }))).WaitAsync(Deadline);
    }

    [Fact]
    public async Task CallAsync_CancelledAtRandom_NeverGivesAnotherCallsAnswer()
    {
        await using RealServer server = await RealServer.StartAsync();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ConcurrentBag<bool> answered = [];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);

            for (int i = 0; i < 500; i++)
            {
                using var source = new CancellationTokenSource();
                int value = (caller * 1000) + i;
                ValueTask<int> call = client.CallAsync<int>("sum", source.Token, value, 0);

                if (random.Next(2) == 0)
                {
                    _ = Task.Run(source.Cancel);
                }

                try
                {
                    Assert.Equal(value, await call.ConfigureAwait(false));
                    answered.Add(true);
                }
                catch (OperationCanceledException)
                {
                    answered.Add(false);
                }
            }
        }))).WaitAsync(Deadline);

        Assert.Equal(4000, answered.Count);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2));
    }

    [Fact]
    public async Task NotifyAsync_Hundred_AllArrive()
    {
        await using RealServer server = await RealServer.StartAsync();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);

        for (int i = 0; i < 100; i++)
        {
            await client.NotifyAsync("notify");
        }

        await client.NotifyAsync("nosuch", 1);
        await client.CallAsync<int>("sum", 1, 2);      // behind them on the same connection

        Assert.Equal(100, server.Service.Notified);
    }

    [Fact]
    public async Task Server_IsStoppedWithAThousandPendingCalls_AllFailAtOnce()
    {
        RealServer server = await RealServer.StartAsync(configure: options => options.Limits.MaxCallsInFlightPerConnection = 2000);
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        Task<int>[] calls = [.. Enumerable.Range(0, 1000).Select(i => client.CallAsync<int>("delay", i, 60_000).AsTask())];
        await client.CallAsync<int>("sum", 1, 2);

        Task stopping = server.DisposeAsync().AsTask();

        foreach (Task<int> call in calls)
        {
            await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        }

        await stopping.WaitAsync(Deadline);
    }

    [Fact]
    public async Task Server_Restarts_TheFirstCallAfterwardsSucceeds()
    {
        RealServer first = await RealServer.StartAsync();
        string url = first.Url;
        await using MprpcClient client = await MprpcClient.ConnectAsync(url);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2));
        var lost = new TaskCompletionSource();
        client.StateChanged += (_, _) => lost.TrySetResult();

        await first.DisposeAsync();
        await lost.Task.WaitAsync(Deadline);
        await using RealServer second = await RealServer.StartAsync(url);

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2));
    }
}
