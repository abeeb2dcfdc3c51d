using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Mprpc.AspNetCore.Tests.Stopping;

/// <summary>AddHealthChecks().AddMprpc(): readiness turns before the listeners close.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Health_BeforeAndAfterTheStart_TurnsFromUnhealthyToHealthy()
    {
        await using RpcHost host = Build();

        HealthReport before = await CheckAsync(host);
        await host.App.StartAsync().InTime();
        HealthReport after = await CheckAsync(host);

        Assert.Equal(HealthStatus.Unhealthy, before.Status);
        Assert.Equal(HealthStatus.Healthy, after.Status);
        Assert.Equal(0, after.Entries["mprpc"].Data["connections"]);
    }

    [Fact]
    public async Task Health_FromTheMomentTheHostBeginsToStop_IsUnhealthyWhileCallsAreServed()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = Build(options => options.DrainDelay = Delay, clock);
        await host.App.StartAsync().InTime();
        var atStop = new TaskCompletionSource<HealthReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.App.Lifetime.ApplicationStopping.Register(() => _ = Task.Run(async () => atStop.SetResult(await CheckAsync(host))));
        await using RawPeer old = await host.DialAsync();
        await old.AssertOpenAsync();

        Task stopping = host.App.StopAsync();
        await Bounded.Until(() => host.Log.Entries.Any(entry => entry.Event.Id == DrainDelayId), "that the delay has begun");
        HealthReport during = await CheckAsync(host);
        await using RawPeer late = await host.DialAsync();
        await late.AssertOpenAsync();
        await old.AssertOpenAsync();
        await AdvanceUntilAsync(clock, stopping);

        Assert.Equal(HealthStatus.Unhealthy, during.Status);
        Assert.Equal(HealthStatus.Unhealthy, (await atStop.Task.InTime()).Status);
        Assert.Equal("", await late.ReadToEndAsync());
        Assert.Equal("", await old.ReadToEndAsync());
    }

    [Fact]
    public async Task Health_OfHttp_IsServedDuringTheDelay()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = Build(options => options.DrainDelay = Delay, clock);
        await host.App.StartAsync().InTime();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{host.Http}") };
        string before = await http.GetStringAsync(new Uri("/ready", UriKind.Relative)).InTime();

        Task stopping = host.App.StopAsync();
        await Bounded.Until(() => host.Log.Entries.Any(entry => entry.Event.Id == DrainDelayId), "that the delay has begun");
        using HttpResponseMessage during = await http.GetAsync(new Uri("/ready", UriKind.Relative)).InTime();
        await AdvanceUntilAsync(clock, stopping);

        Assert.Equal("Healthy", before);
        Assert.Equal(503, (int)during.StatusCode);
    }

    [Fact]
    public async Task HealthOfAClient_OfAServerThatStops_IsDegradedAndThenUnhealthy()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = Build(options => options.DrainDelay = Delay, clock);
        await host.App.StartAsync().InTime();
        var services = new ServiceCollection();
        services.AddLogging().AddHealthChecks().AddMprpcClient($"tcp://{host.Rpc}", "client", timeout: Bounded.Time);
        services.AddMprpcClient<IAdder>($"tcp://{host.Rpc}");
        await using ServiceProvider provider = services.BuildServiceProvider();

        HealthReportEntry before = await CheckAsync();
        Task stopping = host.App.StopAsync();
        await Bounded.Until(() => host.Log.Entries.Any(entry => entry.Event.Id == DrainDelayId), "that the delay has begun");
        HealthReportEntry during = await CheckAsync();
        await AdvanceUntilAsync(clock, stopping);
        HealthReportEntry after = await CheckAsync();

        Assert.Equal((HealthStatus.Healthy, 1), (before.Status, before.Data["connections"]));
        Assert.Equal(HealthStatus.Degraded, during.Status);
        Assert.Equal(HealthStatus.Unhealthy, after.Status);

        async Task<HealthReportEntry> CheckAsync()
            => (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync().InTime()).Entries["client"];
    }

    [MprpcService]
    public interface IAdder
    {
        Task<int> AddAsync(int x, int y);
    }

    [Theory]
    [InlineData(30, "ShutdownTimeout")]
    [InlineData(-1, "DrainDelay")]
    public async Task DrainDelay_ThatCannotBeMeant_FailsTheStart(int seconds, string mentions)
    {
        RpcHost host = Build(options => options.DrainDelay = TimeSpan.FromSeconds(seconds));

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => host.App.StartAsync().InTime());

        await host.App.DisposeAsync();
        Assert.Contains(mentions, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HealthCheck_WithNameStatusAndTags_HasThem()
    {
        await using RpcHost host = RpcHost.Build(
            builder => builder.Services.AddHealthChecks().AddMprpc("rpc", HealthStatus.Degraded, ["ready"]),
            app => app.MapMprpcService<Listeners.Adder>(0));

        HealthReport report = await host.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready")).InTime();

        Assert.Equal(HealthStatus.Degraded, report.Entries["rpc"].Status);
    }

    private const int DrainDelayId = 104;

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    private static RpcHost Build(Action<MprpcServerOptions>? configure = null, TimeProvider? clock = null)
        => RpcHost.Build(
            builder =>
            {
                builder.Services.AddSingleton(clock ?? TimeProvider.System)
                    .Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
                builder.Services.AddMprpc(configure);
                builder.Services.AddHealthChecks().AddMprpc();
            },
            app =>
            {
                app.MapHealthChecks("/ready");
                app.MapMprpcService<Listeners.Adder>(0);
            });

    /// <summary>Lets the delay pass, which begins after it has been logged: one step could be too early.</summary>
    private static async Task AdvanceUntilAsync(FakeTimeProvider clock, Task stopping)
    {
        await clock.AdvanceUntilAsync(Delay, stopping, "the end of the stop");
        await stopping;
    }

    private static Task<HealthReport> CheckAsync(RpcHost host) => host.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync().InTime();
}
