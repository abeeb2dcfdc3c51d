using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Testing.Tests;

/// <summary>The application's TimeProvider drives the deadlines of both sides.</summary>
public sealed class ClockTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task CallTimeout_OfTheClient_ElapsesByTheApplicationsClock()
    {
        await using MprpcTestHost host = await StartAsync();
        await using MprpcClient client = host.CreateMprpcClient(configure: options => options.Client.CallTimeout = TimeSpan.FromMinutes(10));
        await client.CallAsync<int>("sum", 1, 2).InTime();
        Task<int> call = client.CallAsync<int>("never").AsTask();
        await client.CallAsync<int>("sum", 1, 2).InTime();

        _clock.Advance(TimeSpan.FromMinutes(11));

        await Assert.ThrowsAsync<TimeoutException>(() => call.InTime());
    }

    [Fact]
    public async Task CallTimeout_OfTheServer_ElapsesByTheApplicationsClock()
    {
        await using MprpcTestHost host = await StartAsync();
        await using MprpcClient client = host.CreateMprpcClient();
        await client.CallAsync<int>("sum", 1, 2).InTime();
        Task<int> call = client.CallAsync<int>("limited").AsTask();
        await client.CallAsync<int>("sum", 1, 2).InTime();
        Assert.False(call.IsCompleted);

        _clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal("timeout", (await Assert.ThrowsAsync<MprpcRemoteException>(() => call.InTime())).Code);
    }

    [Fact]
    public async Task IdleTimeout_OfTheServer_ElapsesByTheApplicationsClock()
    {
        await using MprpcTestHost host = await StartAsync(options => options.Limits.IdleTimeout = TimeSpan.FromHours(1));
        await using MprpcClient client = host.CreateMprpcClient();
        await client.CallAsync<int>("sum", 1, 2).InTime();
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.True(client.IsConnected);

        await AdvanceUntilAsync(() => !client.IsConnected, "the idle connection is closed");

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task PartialMessageTimeout_OfTheServer_ElapsesByTheApplicationsClock()
    {
        await using MprpcTestHost host = await StartAsync(options => options.Limits.PartialMessageTimeout = TimeSpan.FromHours(1));
        var link = new Connections.MemoryLink();
        var server = host.Services.GetRequiredService<Mprpc.AspNetCore.Endpoints.ExternalConnections>();
        _ = server.ServeAsync(server.Endpoints[0], new Connections.MemoryConnectionContext(link), CancellationToken.None);
        await link.ClientOutput.WriteAsync(Convert.FromHexString("940001a373"));

        Task<bool> ended = EndsAsync(link);

        await AdvanceUntilAsync(() => ended.IsCompleted, "the connection is closed");
        Assert.True(await ended);
    }

    [Fact]
    public async Task Delay_OfAService_ElapsesByTheApplicationsClock()
    {
        await using MprpcTestHost host = await StartAsync();
        await using MprpcClient client = host.CreateMprpcClient();
        await client.CallAsync<int>("sum", 1, 2).InTime();
        Task<int> call = client.CallAsync<int>("tomorrow").AsTask();
        await client.CallAsync<int>("sum", 1, 2).InTime();

        _clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(1, await call.InTime());
    }

    private static async Task<bool> EndsAsync(Connections.MemoryLink link)
    {
        try
        {
            return (await link.ClientInput.ReadAsync()).IsCompleted;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private Task<MprpcTestHost> StartAsync(Action<Mprpc.AspNetCore.MprpcServerOptions>? configure = null)
        => MprpcTestHost.StartAsync<Service>(services =>
        {
            services.AddSingleton<TimeProvider>(_clock);
            services.AddMprpc(configure);
        });

    /// <summary>
    /// The server looks at its connections once a second of the clock, and what it looks at is set by other threads: one big step could be too early.
    /// </summary>
    private async Task AdvanceUntilAsync(Func<bool> isReached, string what)
        => await Bounded.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromHours(1.1));
                return isReached();
            },
            what);

    private sealed class Service(TimeProvider clock)
    {
        public int Sum(int x, int y) => x + y;

        public Task<int> NeverAsync() => new TaskCompletionSource<int>().Task;

        [MprpcMethod(TimeoutMilliseconds = 600_000)]
        public Task<int> LimitedAsync() => new TaskCompletionSource<int>().Task;

        public async Task<int> TomorrowAsync()
        {
            await Task.Delay(TimeSpan.FromDays(1), clock);
            return 1;
        }
    }
}
