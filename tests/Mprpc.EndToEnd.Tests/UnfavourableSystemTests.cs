using System.Diagnostics;
using Mprpc.Client;

namespace Mprpc.EndToEnd.Tests;

/// <summary>
/// A server to which its system is as unkind as a system may be: tiny socket buffers, one thread in the pool, short reads and sends, EAGAIN, EINTR, resets
/// (docs/reliability.md).
/// </summary>
[Collection(SampleApplication.Name)]
public sealed class UnfavourableSystemTests
{
    private const int Calls = 2_000;

    [Theory]
    [InlineData("MPRPC_TEST_SOCKET_BUFFERS", "4096")]
    [InlineData("MPRPC_TEST_SOCKET_FAULTS", "short=3,again=5,interrupt=5")]
    [InlineData("DOTNET_ThreadPool_ForceMaxWorkerThreads", "1")]
    public async Task Server_OnSuchASystem_AnswersEveryCallAndEndsInGoodOrder(string variable, string value)
    {
        await using ChildProcess app = await StartAsync(variable, value);
        await using var client = new MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");

        int[] sums = await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => client.CallAsync<int>("sum", i, 1).AsTask())).InTime();
        await app.TerminateAsync();
        await app.WaitForExitAsync();

        Assert.Equal(Enumerable.Range(1, Calls), sums);
        Assert.Equal(0, app.ExitCode);
    }

    [Fact]
    public async Task Server_WhoseConnectionsAreResetAllTheTime_AnswersCallsThatAreRepeated()
    {
        await using ChildProcess app = await StartAsync("MPRPC_TEST_SOCKET_FAULTS", "short=10,again=20,interrupt=20,reset=300");
        await using var client = new MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");
        int failures = 0;
        var time = Stopwatch.StartNew();

        for (int done = 0; done < Calls / 2 || Volatile.Read(ref failures) == 0; done += 10)
        {
            int[] sums = await Task.WhenAll(Enumerable.Range(0, 10).Select(SumAsync));
            Assert.Equal(Enumerable.Range(1, 10), sums);
            Assert.True(time.Elapsed < Bounded.Time * 2, $"{done} calls in {time.Elapsed}, {failures} failures.");
        }

        await app.TerminateAsync();
        await app.WaitForExitAsync();

        Assert.Equal(0, app.ExitCode);

        async Task<int> SumAsync(int i)
        {
            while (true)
            {
                try
                {
                    return await client.CallAsync<int>("sum", i, 1).AsTask().InTime();
                }
                catch (MprpcConnectionException)
                {
                    Interlocked.Increment(ref failures);
                }
            }
        }
    }

    private static Task<ChildProcess> StartAsync(string variable, string value)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Faults are injected where the poller is.");
        return Sample.StartWebAppAsync(
            [Sample.PathOf("WebApp"), "--urls", $"http://127.0.0.1:{Requirement.AnyFreePort()}"], new Dictionary<string, string> { [variable] = value });
    }
}
