using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Mprpc.Streams;

namespace Mprpc.Client.Tests;

/// <summary>AddMprpcClient: named, typed and keyed, with options from wherever they come.</summary>
public sealed class ClientRegistrationTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task Options_OfConfigurationCodeAndNamedOptions_ApplyInThisOrder()
    {
        using var server = new ScriptedServer();
        List<string> order = [];
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration(("Mprpc:Clients:calc:Url", server.Url), ("Mprpc:Clients:calc:MaxConnections", "3")));
        services
            .AddMprpcClient<ISum>("calc", options => order.Add($"argument {options.MaxConnections}"))
            .ConfigureOptions(options => order.Add("builder"))
            .ConfigureOptions((provider, options) => order.Add(provider.GetRequiredService<IConfiguration>() is null ? "" : "with services"));
        services.Configure<MprpcClientOptions>("calc", options => order.Add("named"));
        services.Configure<MprpcClientOptions>("other", options => order.Add("never"));
        await using ServiceProvider provider = services.BuildServiceProvider();

        Task<int> call = provider.GetRequiredService<ISum>().SumAsync(1, 2);
        await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Equal(["argument 3", "builder", "with services", "named"], order);
        Assert.Same(provider.GetRequiredService<ISum>(), provider.GetRequiredKeyedService<ISum>("calc"));
    }

    [Fact]
    public async Task TwoContracts_OfOneName_ShareTheClientAndItsOptions()
    {
        using var server = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddMprpcClient<ISum>(server.Url, options => options.MaxConnections = 2);
        services.AddMprpcClient<IProduct>(server.Url);
        await using ServiceProvider provider = services.BuildServiceProvider();

        Task<int> sum = provider.GetRequiredService<ISum>().SumAsync(1, 2);
        ScriptedConnection first = await server.AcceptAsync();
        string request = await first.ReadAsync();
        Task<int> product = provider.GetRequiredService<IProduct>().ProductAsync(2, 3);
        await first.AnswerAsync("c006");
        await server.AcceptAsync();         // the second connection that the first registration has allowed
        await first.SendAsync(Hex.Answer(request, "c003"));

        Assert.Equal((3, 6), (await sum.WaitAsync(Deadline), await product.WaitAsync(Deadline)));
    }

    [Fact]
    public async Task TokenProvider_OfTheBuilder_LogsTheClientIn()
    {
        using var server = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddSingleton("from the services");
        services.AddMprpcClient<ISum>(server.Url)
            .AddTokenProvider((provider, _, _) => ValueTask.FromResult(new MprpcToken("Bearer", provider.GetRequiredService<string>())));
        await using ServiceProvider provider = services.BuildServiceProvider();

        Task<int> call = provider.GetRequiredService<ISum>().SumAsync(1, 2);
        ScriptedConnection connection = await server.AcceptAsync();
        string login = await connection.AnswerAsync("c0c0");
        await connection.AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Contains(Hex.Of("from the services"u8), login, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_DisposedWithoutAwait_ClosesItsClients()
    {
        using var server = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddMprpcClient<ISum>(server.Url);
        MprpcClient client;
        Task<int> call;
        ScriptedConnection connection;

        using (ServiceProvider provider = services.BuildServiceProvider())
        {
            client = provider.GetRequiredKeyedService<MprpcClient>(server.Url);
            call = provider.GetRequiredService<ISum>().SumAsync(1, 2);
            connection = await server.AcceptAsync();
            await connection.ReadAsync();
        }

        Assert.Equal(MprpcClientState.Disposed, client.State);
        await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        await connection.WaitForEndAsync();
    }

    [Fact]
    public void PooledConnectionIdleTimeout_OfTheConfigurationOutOfItsRange_IsRefusedWithItsName()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration(
            ("Mprpc:Clients:calc:Url", "tcp://127.0.0.1:1"),
            ("Mprpc:Clients:calc:PooledConnectionIdleTimeout", "-00:00:01")));
        services.AddMprpcClient<ISum>("calc");
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => provider.GetRequiredService<ISum>());

        Assert.Contains("PooledConnectionIdleTimeout", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StreamLimits_OfTheConfigurationAndCode_AreTheClients()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration(
            ("Mprpc:Clients:calc:Url", "tcp://127.0.0.1:1"),
            ("Mprpc:Clients:calc:MaxStreamsPerConnection", "7"),
            ("Mprpc:Clients:calc:MaxStreamBytes", "1000"),
            ("Mprpc:Clients:calc:MaxStreamBytesTotal", "5000000000"),
            ("Mprpc:Clients:calc:MaxPlainStreamItems", "11"),
            ("Mprpc:Clients:calc:MaxPlainStreamBytes", "12"),
            ("Mprpc:Clients:calc:MaxPlainStreamTime", "00:00:13")));
        services.AddMprpcClient<ISum>("calc", options => options.MaxStreamBytes = 2000);
        using ServiceProvider provider = services.BuildServiceProvider();

        MprpcClientOptions options = provider.GetRequiredService<IOptionsMonitor<MprpcClientOptions>>().Get("calc");
        StreamLimits limits = options.Freeze().ToConnectionLimits().Streams;

        Assert.Equal(5_000_000_000, options.MaxStreamBytesTotal);
        Assert.Equal(
            new StreamLimits
            {
                MaxPerConnection = 7,
                MaxBufferedBytes = 2000,
                MaxPlainItems = 11,
                MaxPlainBytes = 12,
                MaxPlainTime = TimeSpan.FromSeconds(13),
                OptionsName = "MprpcClientOptions",
            },
            limits);
    }

    [Theory]
    [InlineData("MaxStreamsPerConnection", "0")]
    [InlineData("MaxStreamBytes", "0")]
    [InlineData("MaxStreamBytesTotal", "0")]
    [InlineData("MaxPlainStreamItems", "-1")]
    [InlineData("MaxPlainStreamBytes", "0")]
    [InlineData("MaxPlainStreamTime", "00:00:00")]
    public void StreamLimit_OfTheConfigurationOutOfItsRange_IsRefusedWithItsKey(string option, string value)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration(("Mprpc:Clients:calc:Url", "tcp://127.0.0.1:1"), ($"Mprpc:Clients:calc:{option}", value)));
        services.AddMprpcClient<ISum>("calc");
        using ServiceProvider provider = services.BuildServiceProvider();

        var injected = Assert.Throws<ArgumentOutOfRangeException>(() => provider.GetRequiredService<ISum>());
        var made = Assert.Throws<ArgumentOutOfRangeException>(() => provider.GetRequiredService<IMprpcClientFactory>().CreateClient("calc"));

        Assert.StartsWith(
            $"Mprpc:Clients:calc:{option} of the configuration is {value}. MprpcClientOptions.{option} is", injected.Message, StringComparison.Ordinal);
        Assert.Contains("allowed is", injected.Message, StringComparison.Ordinal);
        Assert.Equal(injected.Message, made.Message);
    }

    [Fact]
    public void StreamTime_ThatIsInfinite_IsAllowed()
        => Assert.Equal(
            Timeout.InfiniteTimeSpan,
            new MprpcClientOptions { MaxPlainStreamTime = Timeout.InfiniteTimeSpan }.Freeze().ToConnectionLimits().Streams.MaxPlainTime);

    [Fact]
    public async Task Address_NowhereConfigured_FailsWithTheKeys()
    {
        var services = new ServiceCollection();
        services.AddMprpcClient<ISum>("calc");
        await using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<ISum>());

        Assert.Contains("Mprpc:Clients:calc:Url", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mprpc:Clients:calc:Url")]
    [InlineData("ConnectionStrings:calc")]
    public async Task Address_OfTheConfigurationIsNotValid_NamesItsKey(string key)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration((key, "http://127.0.0.1:6000")));
        services.AddMprpcClient<ISum>("calc");
        await using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<ISum>());

        Assert.StartsWith($"{key} of the configuration is not the address of a server.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Url_SetInCode_ComesAfterTheConfiguration()
    {
        using var server = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration(("Mprpc:Clients:calc:Url", "tcp://127.0.0.1:1")));
        services.AddMprpcClient<ISum>("calc", options => options.Url = server.Url);
        services.AddMprpcClient<IProduct>("only in code").ConfigureOptions(options => options.Url = server.Url);
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredKeyedService<MprpcClient>("calc").ConnectAsync().AsTask().WaitAsync(Deadline);
        await provider.GetRequiredKeyedService<MprpcClient>("only in code").ConnectAsync().AsTask().WaitAsync(Deadline);

        await server.AcceptAsync();
        await server.AcceptAsync();
    }

    [Fact]
    public async Task Factory_ClientForEachUser_HasItsOwnTokenAndConnectionAndIsItsCallers()
    {
        using var server = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddMprpcClient<ISum>(server.Url, options => options.CallTimeout = TimeSpan.FromMinutes(1));
        List<MprpcClient> clients = [];
        List<string> logins = [];

        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            var factory = provider.GetRequiredService<IMprpcClientFactory>();

            foreach (string user in (string[])["alice", "bob"])
            {
                MprpcClient client = factory.CreateClient(server.Url, options =>
                {
                    Assert.Equal(TimeSpan.FromMinutes(1), options.CallTimeout);
                    Assert.Null(options.TokenProvider);
                    options.TokenProvider = (_, _) => ValueTask.FromResult(new MprpcToken("Bearer", user));
                });
                clients.Add(client);
                Task connecting = client.ConnectAsync().AsTask();
                logins.Add(await (await server.AcceptAsync()).AnswerAsync("c0c0"));
                await connecting.WaitAsync(Deadline);
            }
        }

        Assert.All(clients, client => Assert.Equal(MprpcClientState.Connected, client.State));
        Assert.Contains(Hex.Of("alice"u8), logins[0], StringComparison.Ordinal);
        Assert.Contains(Hex.Of("bob"u8), logins[1], StringComparison.Ordinal);
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask())).WaitAsync(Deadline);
    }

    [Fact]
    public async Task Factory_NameThatWasNotAdded_SaysWhichThereAre()
    {
        var services = new ServiceCollection();
        services.AddMprpcClient<ISum>("calc");
        services.AddMprpcClient<IProduct>("calc");
        await using ServiceProvider provider = services.BuildServiceProvider();
        var factory = provider.GetRequiredService<IMprpcClientFactory>();

        var unknown = Assert.Throws<InvalidOperationException>(() => factory.CreateClient("other"));
        var withoutAddress = Assert.Throws<InvalidOperationException>(() => factory.CreateClient("calc"));

        Assert.Contains("No client 'other' was added; there are 'calc'.", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("Mprpc:Clients:calc:Url", withoutAddress.Message, StringComparison.Ordinal);
    }

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] values)
        => new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(value => value.Key, value => (string?)value.Value)).Build();

    [MprpcService]
    public interface ISum
    {
        Task<int> SumAsync(int x, int y);
    }

    [MprpcService]
    public interface IProduct
    {
        Task<int> ProductAsync(int x, int y);
    }
}
