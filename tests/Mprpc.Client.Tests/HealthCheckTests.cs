using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Tests.Kit;

namespace Mprpc.Client.Tests;

/// <summary>AddHealthChecks().AddMprpcClient("name"): what it says of a server, and that it costs that server little.</summary>
public sealed class HealthCheckTests
{
    private const string GoAway = "a6676f61776179c0";       // "goaway", nil
    private const string Nil = "c0c0";

    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task Check_ServerAnswersPing_IsHealthyOverOneConnectionThatCallsUse()
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Provide(server.Url);

        Task<HealthReportEntry> check = CheckAsync(provider);
        ScriptedConnection connection = await server.GreetAsync();
        string ping = await connection.AnswerAsync(Nil);
        HealthReportEntry entry = await check;
        Task<int> call = provider.GetRequiredService<ISum>().SumAsync(1, 2);
        await connection.AnswerAsync("c003");

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Contains(Hex.Of("$/ping"u8), ping, StringComparison.Ordinal);
        Assert.Contains(server.Url, entry.Description, StringComparison.Ordinal);
        Assert.Equal((1, 0), (entry.Data["connections"], entry.Data["callsInFlight"]));
        Assert.Equal(3, await call.InTime());
        Assert.False(server.IsDialled);
    }

    [Fact]
    public async Task Check_PlainServer_CountsByItsConnection()
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Provide(server.Url);

        Task<HealthReportEntry> check = CheckAsync(provider);
        ScriptedConnection connection = await server.AcceptAsync();
        Task<string?> received = connection.TryReadAsync();      // refuses hello

        Assert.Equal(HealthStatus.Healthy, (await check).Status);
        Assert.False(received.IsCompleted);
        await provider.DisposeAsync();
        Assert.Null(await received);
    }

    [Fact]
    public async Task Check_ServerThatStops_IsDegradedWhateverTheFailureStatus()
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Provide(server.Url);

        Task<HealthReportEntry> check = CheckAsync(provider);
        await (await server.GreetAsync()).AnswerAsync(GoAway);
        HealthReportEntry entry = await check;

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("which stops", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_AgainAndAgainWhileTheServerIsDown_KeepsTheClientsDelay()
    {
        var clock = new FakeTimeProvider();
        var gone = new ScriptedServer();
        (string url, int port) = (gone.Url, gone.Port);
        gone.Dispose();
        await using ServiceProvider provider = Provide(url, clock: clock, configure: options => options.Reconnect.Jitter = 0);

        HealthReportEntry first = await CheckAsync(provider);
        using var server = new ScriptedServer(port);
        HealthReportEntry[] later = [await CheckAsync(provider), await CheckAsync(provider), await CheckAsync(provider)];
        bool wasDialled = server.IsDialled;
        clock.Advance(Long);
        Task<HealthReportEntry> last = CheckAsync(provider);
        await (await server.GreetAsync()).AnswerAsync(Nil);

        Assert.Equal(HealthStatus.Unhealthy, first.Status);
        Assert.IsType<MprpcConnectionException>(first.Exception);
        Assert.Contains(url, first.Description, StringComparison.Ordinal);
        Assert.All(later, entry => Assert.Equal(HealthStatus.Unhealthy, entry.Status));
        Assert.All(later, entry => Assert.Contains("The next one is made in 3,600,000 ms", entry.Description, StringComparison.Ordinal));
        Assert.False(wasDialled);
        Assert.Equal(HealthStatus.Healthy, (await last).Status);
    }

    [Fact]
    public async Task Checks_ManyAtOnce_DialOneConnection()
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Provide(server.Url, configure: options =>
        {
            options.MaxConnections = 8;
            options.MaxInFlightPerConnection = 1;       // each waiter of its own would have a connection dialled
            options.Extensions = MprpcExtensions.Never;
        });

        Task<HealthReportEntry>[] checks = [.. Enumerable.Range(0, 20).Select(_ => Task.Run(() => CheckAsync(provider)))];
        HealthReportEntry[] entries = await Task.WhenAll(checks).InTime();
        await server.AcceptAsync();

        Assert.All(entries, entry => Assert.Equal(HealthStatus.Healthy, entry.Status));
        Assert.False(server.IsDialled);
        Assert.Equal(1, (await CheckAsync(provider)).Data["connections"]);
    }

    [Fact]
    public async Task Check_ServerThatDoesNotAnswer_HasTheFailureStatusAndTheReason()
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Provide(server.Url, HealthStatus.Degraded, TimeSpan.FromMilliseconds(300));

        Task connecting = provider.GetRequiredKeyedService<MprpcClient>("calc").ConnectAsync().AsTask();
        await server.GreetAsync();
        await connecting.InTime();
        HealthReportEntry entry = await CheckAsync(provider);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("'$/ping' was not answered within the check's 300 ms", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OneOfTwoConnectionsDoesNotAnswer_IsDegraded()
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Provide(
            server.Url, timeout: TimeSpan.FromMilliseconds(500), configure: options => options.MaxConnections = 2);
        ISum sum = provider.GetRequiredService<ISum>();
        Task<int> first = sum.SumAsync(1, 2);
        ScriptedConnection one = await server.GreetAsync();
        string firstCall = await one.ReadAsync();
        Task<int> second = sum.SumAsync(3, 4);       // has a further connection dialled, for the next ones
        ScriptedConnection other = await server.GreetAsync();
        string secondCall = await one.ReadAsync();
        await Bounded.Until(() => provider.GetRequiredKeyedService<MprpcClient>("calc").ConnectionCount == 2, "that both are there");
        Task<int> third = sum.SumAsync(5, 6);
        string thirdCall = await other.ReadAsync();

        Task<HealthReportEntry> check = CheckAsync(provider);
        await other.AnswerAsync(Nil);       // the ping; that of the first is not answered
        HealthReportEntry entry = await check;

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("1 of 2 connections do not answer", entry.Description, StringComparison.Ordinal);
        Assert.Equal((2, 3), (entry.Data["connections"], entry.Data["callsInFlight"]));
        await one.SendAsync(Hex.Answer(firstCall, "c003"));
        await one.SendAsync(Hex.Answer(secondCall, "c007"));
        await other.SendAsync(Hex.Answer(thirdCall, "c00b"));
        Assert.Equal(21, (await Task.WhenAll(first, second, third).InTime()).Sum());
    }

    [Fact]
    public async Task Check_ConnectionsWithoutCalls_AreNotKeptByIt()
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Provide(server.Url, configure: options => options.MaxConnections = 2);
        ISum sum = provider.GetRequiredService<ISum>();
        Task<int> first = sum.SumAsync(1, 2);
        ScriptedConnection one = await server.GreetAsync();
        string firstCall = await one.ReadAsync();
        Task<int> second = sum.SumAsync(3, 4);
        ScriptedConnection other = await server.GreetAsync();
        await one.AnswerAsync("c007");
        await one.SendAsync(Hex.Answer(firstCall, "c003"));
        await Task.WhenAll(first, second).InTime();
        await Bounded.Until(() => provider.GetRequiredKeyedService<MprpcClient>("calc").ConnectionCount == 2, "that both are there");

        Task<HealthReportEntry> check = CheckAsync(provider);
        await one.AnswerAsync(Nil);

        Assert.Equal(HealthStatus.Healthy, (await check).Status);
        Assert.True(await other.IsSilentAsync());
    }

    [Fact]
    public async Task Check_ServerWasStartedAnew_UsesTheNextConnection()
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Provide(server.Url);
        Task<HealthReportEntry> first = CheckAsync(provider);
        ScriptedConnection old = await server.GreetAsync();
        await old.AnswerAsync(Nil);
        await first;

        Task<HealthReportEntry> second = CheckAsync(provider);
        await old.ReadAsync();      // the ping
        old.Reset();
        await (await server.GreetAsync()).AnswerAsync(Nil);

        Assert.Equal(HealthStatus.Healthy, (await second).Status);
    }

    [Fact]
    public async Task Check_ServerThatAcceptsAndSaysNothing_EndsWithItsTimeout()
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Provide(
            server.Url,
            timeout: TimeSpan.FromMilliseconds(300),
            configure: options => options.TokenProvider = async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return new MprpcToken("Bearer", "");
            });

        HealthReportEntry entry = await CheckAsync(provider);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("has not connected to", entry.Description, StringComparison.Ordinal);
        Assert.Contains("300 ms", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_TokenCancelled_IsCancelled()
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Provide(server.Url);
        using var source = new CancellationTokenSource();

        Task<HealthReport> check = provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(source.Token);
        await (await server.GreetAsync()).ReadAsync();      // the ping
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check.InTime());
    }

    [Theory]
    [InlineData("other", "No client 'other' was added; there are 'calc'.")]
    [InlineData("calc", "Mprpc:Clients:calc:MaxConnections of the configuration is 0.")]
    public async Task Check_ClientThatCannotBeMade_HasFailedAndSaysWhy(string client, string reason)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration(
            ("Mprpc:Clients:calc:Url", "tcp://127.0.0.1:1"), ("Mprpc:Clients:calc:MaxConnections", client == "calc" ? "0" : "1")));
        services.AddMprpcClient<ISum>("calc");
        services.AddLogging().AddHealthChecks().AddMprpcClient(client);
        await using ServiceProvider provider = services.BuildServiceProvider();

        HealthReportEntry entry = await CheckAsync(provider, $"mprpc-{client}");

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.StartsWith(reason, entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ClientThatWasDisposed_HasFailed()
    {
        await using ServiceProvider provider = Provide("tcp://127.0.0.1:1");
        await provider.GetRequiredKeyedService<MprpcClient>("calc").DisposeAsync();

        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(provider)).Status);
    }

    [Fact]
    public async Task Check_OfAContract_IsOfTheClientThatIsInjected()
    {
        using var server = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddLogging().AddHealthChecks()
            .AddMprpcClient<ISum>(tags: ["ready"])
            .AddMprpcClient<IDisposable>("unknown", HealthStatus.Degraded);      // before the clients, as good as after them
        services.AddMprpcClient<ISum>("first", options => options.Url = "tcp://127.0.0.1:1");
        services.AddMprpcClient<ISum>("second", options => (options.Url, options.Extensions) = (server.Url, MprpcExtensions.Never));
        await using ServiceProvider provider = services.BuildServiceProvider();

        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync().InTime();

        Assert.Equal(HealthStatus.Healthy, report.Entries["mprpc-ISum"].Status);
        Assert.Contains("'second'", report.Entries["mprpc-ISum"].Description, StringComparison.Ordinal);
        Assert.Equal(["ready"], report.Entries["mprpc-ISum"].Tags);
        Assert.Equal(HealthStatus.Degraded, report.Entries["unknown"].Status);
        Assert.Contains("AddMprpcClient<IDisposable>", report.Entries["unknown"].Description, StringComparison.Ordinal);
    }

    private static ServiceProvider Provide(
        string url,
        HealthStatus? failureStatus = null,
        TimeSpan? timeout = null,
        Action<MprpcClientOptions>? configure = null,
        TimeProvider? clock = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddMprpcClient<ISum>("calc", options =>
        {
            options.Url = url;
            options.Reconnect = new() { InitialDelay = Long, MaxDelay = Long };
            configure?.Invoke(options);
        });
        services.AddLogging().AddHealthChecks().AddMprpcClient("calc", failureStatus: failureStatus, timeout: timeout ?? Bounded.Time);
        return services.BuildServiceProvider();
    }

    private static async Task<HealthReportEntry> CheckAsync(ServiceProvider provider, string name = "mprpc-calc")
        => (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync().InTime()).Entries[name];

    private static IConfiguration Configuration(params (string Key, string Value)[] values)
        => new ConfigurationBuilder().AddInMemoryCollection(values.Select(value => KeyValuePair.Create(value.Key, (string?)value.Value))).Build();

    [MprpcService]
    public interface ISum
    {
        Task<int> SumAsync(int x, int y);
    }
}
