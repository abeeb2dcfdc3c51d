using Mprpc.Client;

namespace Mprpc.Contracts.Tests;

/// <summary>A call's scope ends with its stream, however that ends: what is scoped is disposed behind the last item, and behind the method's own end.</summary>
public sealed class StreamScopeTests
{
    [Theory]
    [InlineData(MprpcExtensions.Always)]
    [InlineData(MprpcExtensions.Never)]
    public Task Result_ReadToItsEnd_DisposesTheScopeBehindIt(MprpcExtensions extensions)
        => AssertEndsAsync(extensions, async (leased, _) => Assert.Equal(Enumerable.Range(0, 50), await leased.CountAsync(50).ToListAsync().InTime()));

    [Fact]
    public Task Result_LeftEarly_DisposesTheScope()
        => AssertEndsAsync(MprpcExtensions.Always, async (leased, _) =>
        {
            await foreach (int number in leased.CountAsync(int.MaxValue))
            {
                Assert.NotEqual(-1, number);

                if (number == 10)
                {
                    break;
                }
            }
        });

    [Fact]
    public Task Result_OfACancelledCall_DisposesTheScope()
        => AssertEndsAsync(MprpcExtensions.Always, async (leased, _) =>
        {
            using var stop = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (int number in leased.CountAsync(int.MaxValue, stop.Token))
                {
                    Assert.NotEqual(-1, number);

                    if (number == 10)
                    {
                        await stop.CancelAsync();
                    }
                }
            });
        });

    [Fact]
    public Task Result_OfALostConnection_DisposesTheScope()
        => AssertEndsAsync(MprpcExtensions.Always, async (leased, client) =>
        {
            await using IAsyncEnumerator<int> numbers = leased.CountAsync(int.MaxValue).GetAsyncEnumerator();
            Assert.True(await numbers.MoveNextAsync().InTime());
            await client.DisposeAsync();
        });

    [Fact]
    public Task Result_BeyondItsTime_DisposesTheScope()
        => AssertEndsAsync(MprpcExtensions.Always, async (leased, client) =>
        {
            await client.ConnectAsync();
            ILeased hurried = leased.With(new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1) });

            Exception? late = await Record.ExceptionAsync(() => hurried.CountAsync(int.MaxValue).ToListAsync().InTime());

            // Of both ends, whichever is the first to notice.
            Assert.True(late is TimeoutException or MprpcRemoteException { Code: "timeout" }, late?.ToString());
        });

    [Fact]
    public Task Result_ThatFails_DisposesTheScope()
        => AssertEndsAsync(MprpcExtensions.Always, async (leased, _) =>
            Assert.Equal("broken", (await Assert.ThrowsAsync<MprpcRemoteException>(() => leased.BreakAsync().ToListAsync().InTime())).Code));

    [Fact]
    public Task Parameter_ReadToItsEnd_DisposesTheScope()
        => AssertEndsAsync(MprpcExtensions.Always, async (leased, _) => Assert.Equal(4_950, await leased.SumAsync(Numbers(100)).InTime()));

    [Fact]
    public Task Parameter_OfALostConnection_DisposesTheScope()
        => AssertEndsAsync(MprpcExtensions.Always, async (leased, client) =>
        {
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<int> summing = leased.SumAsync(Endless(begun));
            await begun.Task.InTime();
            await client.DisposeAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => summing.InTime());
        });

    [Fact]
    public Task Bytes_ReadToTheirEnd_DisposeTheStreamThenTheScope()
        => AssertEndsAsync(MprpcExtensions.Always, async (leased, _) =>
        {
            await using Stream bytes = leased.Read(5_000);
            var all = new MemoryStream();
            await bytes.CopyToAsync(all).InTime();
            Assert.Equal(5_000, all.Length);
        });

    [Fact]
    public Task Bytes_DisposedEarly_DisposeTheStreamThenTheScope()
        => AssertEndsAsync(MprpcExtensions.Always, async (leased, _) =>
        {
            await using Stream bytes = leased.Read(int.MaxValue);
            await bytes.ReadExactlyAsync(new byte[10]).AsTask().InTime();
        });

    private static async Task AssertEndsAsync(MprpcExtensions extensions, Func<ILeased, MprpcClient, Task> act)
    {
        var log = new LeaseLog();
        await using ContractHost<ILeased> host = await ContractHost<ILeased>.StartAsync(
            app => app.MapMprpcService<Leased>(0), services => services.AddSingleton(log).AddScoped<Lease>());
        await using var client = new MprpcClient($"tcp://{host.Address}", new MprpcClientOptions { Extensions = extensions });

        await act(client.As<ILeased>(), client);

        await log.Disposed.InTime();
        Assert.Equal(["ended", "disposed"], log.Events);
    }

    private static async IAsyncEnumerable<int> Numbers(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    private static async IAsyncEnumerable<int> Endless(TaskCompletionSource begun)
    {
        for (int i = 0; ; i++)
        {
            await Task.Delay(1);
            yield return i;

            if (i == 5)
            {
                begun.SetResult();
            }
        }
    }
}
