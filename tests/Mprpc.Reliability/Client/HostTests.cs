using System.Diagnostics;
using Mprpc.Client;

namespace Mprpc.Reliability.Client;

/// <summary>A client outlives what happens to its server's host and network.</summary>
public sealed class HostTests
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Host_GoneWithCallsInFlight_IsNoticedAndCalledAgainWhenItIsBack()
    {
        await using RemoteHost host = await RemoteHost.CreateAsync();
        await using ServerProcess server = await host.ServeAsync();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { KeepAlive = KeepAlive, ConnectTimeout = TimeSpan.FromSeconds(2) });
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());

        // What is sent from here on is not acknowledged: while there is such, keep-alive asks nothing.
        await host.DisconnectAsync();
        var watch = Stopwatch.StartNew();
        Task<Exception?>[] calls = [.. Enumerable.Range(0, 10).Select(_ => Outcome.Of(async () => await client.CallAsync("wait")))];
        Exception?[] ends = await Task.WhenAll(calls).InTime();
        TimeSpan noticed = watch.Elapsed;

        Assert.All(ends, end => Assert.IsType<MprpcConnectionException>(end));
        Assert.Equal(MprpcClientState.Disconnected, client.State);
        await host.ReconnectAsync();
        watch.Restart();
        await UntilItAnswersAsync(client);
        Results.Add(
            nameof(Host_GoneWithCallsInFlight_IsNoticedAndCalledAgainWhenItIsBack),
            $"KeepAlive 1 s: 10 calls failed {noticed.TotalSeconds:N1} s after the link went down; a call was answered {watch.Elapsed.TotalSeconds:N1} s ",
            $"after it was back");
    }

    [Fact]
    public async Task Host_BootedAgain_DoesNotKnowTheConnectionAndIsDialledAgain()
    {
        await using RemoteHost host = await RemoteHost.CreateAsync();
        await using ServerProcess former = await host.ServeAsync();
        await using var client = new MprpcClient(former.Url, new MprpcClientOptions { KeepAlive = KeepAlive, ConnectTimeout = TimeSpan.FromSeconds(2) });
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());

        await host.DisconnectAsync();
        await former.Process.KillAsync();
        await host.RebootAsync();
        await using ServerProcess server = await host.ServeAsync(former.EndPoint.Port);
        var watch = Stopwatch.StartNew();
        Exception? end = await Outcome.Of(async () => await client.CallAsync<int>("sum", 1, 2)).InTime();
        TimeSpan noticed = watch.Elapsed;
        await UntilItAnswersAsync(client);

        Assert.True(end is null or MprpcConnectionException, $"{end}");
        Results.Add(
            nameof(Host_BootedAgain_DoesNotKnowTheConnectionAndIsDialledAgain),
            $"a half-open connection was noticed {noticed.TotalMilliseconds:N0} ms after the first call");
    }

    [Fact]
    public async Task Host_Stopped_CallsKeepToTheirTimesAndGoOnWhenItDoes()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        await using var client = new MprpcClient(server.Url);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        object? before = client.CurrentRequests;

        await server.Process.PauseAsync();
        var watch = Stopwatch.StartNew();
        Task<int>[] patient = [.. Enumerable.Range(0, 100).Select(i => client.CallAsync<int>("sum", i, 1).AsTask())];
        Exception?[] ends = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Outcome.Of(
            async () => await client.CallAsync<int>("sum", new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(300) }, 1, 2)))).InTime();
        TimeSpan took = watch.Elapsed;
        Assert.DoesNotContain(patient, call => call.IsCompleted);
        await server.Process.ResumeAsync();
        int[] results = await Task.WhenAll(patient).InTime();

        Assert.All(ends, end => Assert.IsType<TimeoutException>(end));
        Assert.Equal(Enumerable.Range(1, 100), results);
        Assert.Same(before, client.CurrentRequests);       // the same connection
        Results.Add(
            nameof(Host_Stopped_CallsKeepToTheirTimesAndGoOnWhenItDoes),
            $"100 calls with a timeout of 300 ms ended after {took.TotalMilliseconds:N0} ms; 100 without were answered when it went on, over the same ",
            $"connection");
    }

    [Fact]
    public async Task Server_ThatEndsItsSideOnly_FailsWhatIsPendingAndIsDialledAgain()
    {
        using var server = new ScriptedPeer(async (socket, number) =>
        {
            byte[] request = await ScriptedPeer.ReceiveAsync(socket, 6);

            if (number == 0)
            {
                // Half of it stays open for as long as the test lasts.
                socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            }
            else
            {
                await socket.SendAsync((byte[])[0x94, 0x01, request[2], 0xc0, 0x03]);
            }

            await ScriptedPeer.ReceiveAsync(socket, int.MaxValue / 2);
        });
        await using var client = new MprpcClient(server.Url);

        Exception? end = await Outcome.Of(async () => await client.CallAsync<int>("a")).InTime();
        int result = await client.CallAsync<int>("a").InTime();

        Assert.IsType<MprpcConnectionException>(end);
        Assert.Equal(3, result);
        Assert.Equal(2, server.Accepted);
    }

    private static async Task UntilItAnswersAsync(MprpcClient client)
    {
        var watch = Stopwatch.StartNew();

        while (await Outcome.Of(async () => Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2))).InTime() is { } failure)
        {
            Assert.True(failure is MprpcConnectionException && watch.Elapsed < Bounded.Time, $"{failure}");
        }
    }
}
