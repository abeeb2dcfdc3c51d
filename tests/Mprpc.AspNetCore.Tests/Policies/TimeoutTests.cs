using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Policies;

/// <summary>Calls that may take only so long.</summary>
public sealed class TimeoutTests
{
    [Fact]
    public async Task Call_TakesTooLong_IsCancelledAndAnsweredOnce()
    {
        await using RpcHost host = await RpcHost.StartAsync<Slow>(options => options.CallTimeout = TimeSpan.FromMilliseconds(50));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 a4 77616974 90");                // wait
        string answer = await peer.ReadMessageAsync();
        await peer.SendAsync("94 00 02 a4 71756974 90");                // quit: the next message is its answer

        MessagePattern.AssertMatches("94 01 01 ERROR c0", answer);
        Assert.Contains(Hex.Text("timeout: Method 'wait' took longer than 0.05 s."u8), answer, StringComparison.Ordinal);
        MessagePattern.AssertMatches("94 01 02 c0 01", await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task Call_IgnoresItsToken_IsAnsweredAndKeepsItsPlace()
    {
        var ignores = new Slow();
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(ignores);
                builder.Services.AddMprpc(options =>
                {
                    options.CallTimeout = TimeSpan.FromMilliseconds(50);
                    options.Limits.MaxCallsInFlight = 1;
                });
            },
            app => app.MapMprpcService<Slow>(0));
        await using MprpcClient client = host.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("ignore").InTime());
        Task<int> next = client.CallAsync<int>("quit").InTime();
        bool waits = !next.IsCompleted;
        ignores.Release.SetResult();

        Assert.Equal("timeout", error.Code);
        Assert.True(waits);
        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task Timeout_OfTheMethod_GoesBeforeTheServices()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(options => options.CallTimeout = TimeSpan.FromHours(1)),
            app => app.MapMprpcService<Slow>(0).WithTimeout(TimeSpan.FromHours(2)));
        await using MprpcClient client = host.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("wait_briefly").InTime());

        Assert.Equal("timeout: Method 'wait_briefly' took longer than 0.02 s.", error.Message);
    }

    [Fact]
    public async Task Call_InTime_IsAnsweredWithItsResult()
    {
        await using RpcHost host = await RpcHost.StartAsync<Slow>(options => options.CallTimeout = TimeSpan.FromMinutes(5));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(1, await client.CallAsync<int>("quit").InTime());
        Assert.Equal(2, await client.CallAsync<int>("later").InTime());
    }

    [Fact]
    public void WithTimeout_NotPositive_Throws()
    {
        RpcHost host = RpcHost.Build(builder => builder.Services.AddMprpc(), map: null);
        IMprpcServiceConventionBuilder service = host.App.MapMprpcService<Slow>(0);

        Assert.Throws<ArgumentOutOfRangeException>(() => service.WithTimeout(TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => service.WithConcurrencyLimit(0));
    }

    [Fact]
    public async Task CallTimeout_NotPositive_FailsTheStart()
    {
        var error = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => RpcHost.StartAsync<Slow>(options => options.CallTimeout = TimeSpan.Zero));

        Assert.Contains("Mprpc:CallTimeout", error.Message, StringComparison.Ordinal);
    }

    private sealed class Slow
    {
        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<int> Wait(CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        [MprpcMethod(TimeoutMilliseconds = 20)]
        public async Task<int> WaitBriefly(MprpcCallContext context)
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return 0;
        }

        public async Task<int> Ignore()
        {
            await Release.Task;
            return 0;
        }

        /// <summary>With so much time that a machine that stalls does not use it up.</summary>
        [MprpcMethod(TimeoutMilliseconds = 600_000)]
        public int Quit() => 1;

        public async Task<int> LaterAsync()
        {
            await Task.Yield();
            return 2;
        }
    }
}
