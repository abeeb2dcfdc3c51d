using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mprpc.Tests.Kit;

namespace Mprpc.Client.Tests;

/// <summary>MprpcClientOptions.ConnectAtStart: the start of a host waits for its clients, and cannot stand still.</summary>
public sealed class ConnectAtStartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mprpc");
    private readonly TextLog _log = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Required")]
    [InlineData("Optional")]
    public async Task Start_ServerIsThere_IsConnectedThen(string when)
    {
        using var server = new ScriptedServer();
        using IHost host = Build(server.Url, when);

        Task starting = host.StartAsync();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        string hello = await connection.ReadAsync();
        bool waited = !starting.IsCompleted;
        await connection.SendAsync(Hex.Answer(hello, ScriptedServer.Offer));
        await starting.InTime();

        Assert.True(waited);
        Assert.True(ClientOf(host).IsConnected);
    }

    [Fact]
    public async Task Start_ByDefault_ConnectsNothing()
    {
        using var server = new ScriptedServer();
        using IHost host = Build(server.Url, when: null);

        await host.StartAsync().InTime();

        Assert.False(server.IsDialled);
    }

    [Fact]
    public async Task Start_RequiredWithoutServer_FailsWithKeyAndReason()
    {
        using IHost host = Build(UrlOfNobody(), "Required", ("ConnectTimeout", "00:00:00.300"));

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => host.StartAsync().InTime());

        Assert.StartsWith(
            "The client 'calc' has not connected at the start. No connection was made within 300 ms", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Mprpc:Clients:calc:ConnectAtStart", exception.Message, StringComparison.Ordinal);
        Assert.Contains(UrlOfNobody(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OptionalWithoutServer_IsLoggedAndGoesOn()
    {
        using IHost host = Build(UrlOfNobody(), "Optional", ("ConnectTimeout", "00:00:00.300"));

        await host.StartAsync().InTime();

        Assert.Contains(_log.Lines, line => line.Contains("The application starts without it", StringComparison.Ordinal)
            && line.Contains("'calc'", StringComparison.Ordinal));
        Assert.False(ClientOf(host).IsConnected);
    }

    [Fact]
    public async Task Start_ServerComesLater_IsWaitedFor()
    {
        var gone = new ScriptedServer();
        (string url, int port) = (gone.Url, gone.Port);
        gone.Dispose();
        using IHost host = Build(url, "Required", ("ConnectTimeout", "00:01:00"), ("Reconnect:InitialDelay", "00:00:00.010"));

        Task starting = host.StartAsync();
        await Bounded.Until(() => _log.Lines.Any(line => line.Contains("failed 1 times", StringComparison.Ordinal)), "that an attempt has failed");
        using var server = new ScriptedServer(port);
        await server.GreetAsync();

        await starting.InTime();
        Assert.True(ClientOf(host).IsConnected);
    }

    [Fact]
    public async Task Start_LoginThatIsRefused_FailsAtOnce()
    {
        using var server = new ScriptedServer();
        using IHost host = Build(server.Url, "Required", options =>
        {
            options.ConnectTimeout = null;      // would wait for ever
            options.Extensions = MprpcExtensions.Never;
            options.TokenProvider = (_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "bad"));
        });

        Task starting = host.StartAsync();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("af756e61757468656e74696361746564c0");     // "unauthenticated"
        await connection.AnswerAsync("af756e61757468656e74696361746564c0");     // with another token

        await Assert.ThrowsAsync<MprpcConnectionException>(() => starting.InTime());
    }

    [Fact]
    public async Task Start_GivenUp_IsCancelled()
    {
        using IHost host = Build(UrlOfNobody(), "Required", ("WaitForReady", "true"));
        using var source = new CancellationTokenSource();

        Task starting = host.StartAsync(source.Token);
        await Bounded.Until(() => _log.Lines.Any(line => line.Contains("failed 1 times", StringComparison.Ordinal)), "that an attempt has failed");
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting.InTime());
    }

    [Theory]
    [InlineData("Sometimes", "Mprpc:Clients:calc:ConnectAtStart")]
    [InlineData(
        "7",
        "Mprpc:Clients:calc:ConnectAtStart of the configuration is 7. MprpcClientOptions.ConnectAtStart is 7; allowed are Never, Optional, Required.")]
    public async Task Start_ValueThatIsNone_FailsWithItsKey(string when, string message)
    {
        using IHost host = Build("tcp://127.0.0.1:1", when);

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync().InTime());

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_RequiredInCodeWithAWrongAddress_FailsWithItsKey()
    {
        using IHost host = Build("http://127.0.0.1", when: null, options => options.ConnectAtStart = MprpcConnectAtStart.Required);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync().InTime());

        Assert.StartsWith("Mprpc:Clients:calc:Url of the configuration", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OptionsThatCannotBeMadeYet_AreNoMatterOfIt()
    {
        using IHost host = Build("tcp://127.0.0.1:1", when: null, _ => throw new InvalidOperationException("Not yet."));

        await host.StartAsync().InTime();

        Assert.Throws<InvalidOperationException>(() => ClientOf(host));
    }

    [Fact]
    public async Task Start_SeveralClientsNotConnected_NamesAll()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);

        foreach (string name in new[] { "one", "two" })
        {
            builder.Services.AddMprpcClient<ISum>(name, options =>
            {
                options.Url = UrlOfNobody();
                options.ConnectAtStart = MprpcConnectAtStart.Required;
                options.ConnectTimeout = TimeSpan.FromMilliseconds(200);
            });
        }

        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<AggregateException>(() => host.StartAsync().InTime());

        Assert.Contains("'one'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'two'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Start_ServerOfTheSameProcess_DoesNotStandStill(bool clientIsFirst, bool isConcurrent)
    {
        string url = $"unix://{_folder.FullName}/rpc.sock";
        WebApplicationBuilder builder = SlimBuilder();
        builder.Services.Configure<HostOptions>(options => options.ServicesStartConcurrently = isConcurrent);

        if (clientIsFirst)
        {
            AddClient();
        }

        builder.Services.AddMprpc();

        if (!clientIsFirst)
        {
            AddClient();
        }

        await using WebApplication application = builder.Build();
        application.MapMprpcService<Service>(url);

        await application.StartAsync().InTime();

        Assert.True(ClientOf(application).IsConnected);
        Assert.DoesNotContain(_log.Lines, line => line.Contains("failed 1 times", StringComparison.Ordinal));
        await application.StopAsync().InTime();

        void AddClient() => builder.Services.AddMprpcClient<ISum>("calc", options =>
        {
            options.Url = url;
            options.ConnectTimeout = null;      // would wait for ever
            options.ConnectAtStart = MprpcConnectAtStart.Required;
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_ServerOfTheSameProcessCannotListen_FailsForThatAlone(bool clientIsFirst)
    {
        string file = Path.Combine(_folder.FullName, "rpc.sock");
        await File.WriteAllTextAsync(file, "not a socket");
        WebApplicationBuilder builder = SlimBuilder();

        if (clientIsFirst)
        {
            AddClient();
        }

        builder.Services.AddMprpc();

        if (!clientIsFirst)
        {
            AddClient();
        }

        await using WebApplication application = builder.Build();
        application.MapMprpcService<Service>($"unix://{file}");

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => application.StartAsync().InTime());

        Assert.IsNotType<AggregateException>(exception);
        Assert.Contains(file, exception.Message, StringComparison.Ordinal);

        void AddClient() => builder.Services.AddMprpcClient<ISum>("calc", options =>
        {
            options.Url = $"unix://{file}";
            options.ConnectTimeout = null;      // would wait for ever
            options.ConnectAtStart = MprpcConnectAtStart.Required;
        });
    }

    private static string UrlOfNobody() => "tcp://127.0.0.1:1";

    private static MprpcClient ClientOf(IHost host) => host.Services.GetRequiredKeyedService<MprpcClient>("calc");

    private IHost Build(string url, string? when, params (string Key, string Value)[] further) => Build(url, when, configure: null, further);

    private IHost Build(string url, string? when, Action<MprpcClientOptions>? configure, params (string Key, string Value)[] further)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(_log);
        builder.Configuration.AddInMemoryCollection(
            further.Append(("Url", url)).Append(("ConnectAtStart", when!)).Where(pair => pair.Item2 is not null)
                .Select(pair => KeyValuePair.Create($"Mprpc:Clients:calc:{pair.Item1}", (string?)pair.Item2)));
        builder.Services.AddMprpcClient<ISum>("calc", configure);
        return builder.Build();
    }

    private WebApplicationBuilder SlimBuilder()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        return builder;
    }

    [MprpcService]
    public interface ISum
    {
        Task<int> SumAsync(int x, int y);
    }
}
