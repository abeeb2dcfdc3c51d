using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Kit;

/// <summary>A whole application over real sockets, on free ports.</summary>
internal sealed class RpcHost : IAsyncDisposable
{
    private RpcHost(WebApplication app, LogRecorder log)
    {
        App = app;
        Log = log;
    }

    public WebApplication App { get; }

    public LogRecorder Log { get; }

    /// <summary>Where the listener is that was mapped first.</summary>
    public EndPoint Rpc => Endpoints[0];

    public IReadOnlyList<EndPoint> Endpoints => App.Services.GetRequiredService<IMprpcServer>().Endpoints;

    /// <summary>Where Kestrel itself listens: for HTTP, or where a test has used UseMessagePackRpc.</summary>
    public IPEndPoint Http
    {
        get
        {
            var url = new Uri(App.Urls.Single());
            return new IPEndPoint(IPAddress.Parse(url.Host.Trim('[', ']')), url.Port);
        }
    }

    /// <summary>An application that serves one class on a port of its own.</summary>
    public static Task<RpcHost> StartAsync<T>(Action<MprpcServerOptions>? configure = null, Action<IServiceCollection>? services = null)
        where T : class
        => StartAsync(
            builder =>
            {
                builder.Services.AddMprpc(configure);
                services?.Invoke(builder.Services);
            },
            app => app.MapMprpcService<T>(0));

    /// <summary>An application whose only listener is Kestrel's own, with UseMessagePackRpc.</summary>
    public static Task<RpcHost> StartOnKestrelAsync(Action<MprpcEndpointOptions>? endpoint, Action<WebApplicationBuilder>? configure = null)
        => StartAsync(
            builder =>
            {
                builder.Services.AddMprpc();
                configure?.Invoke(builder);
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseMessagePackRpc(endpoint)));
            },
            map: null);

    public static async Task<RpcHost> StartAsync(Action<WebApplicationBuilder>? configure, Action<WebApplication>? map, string[]? arguments = null)
    {
        RpcHost host = Build(configure, map, arguments);

        try
        {
            await host.App.StartAsync().InTime();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync(Action{WebApplicationBuilder}, Action{WebApplication}, string[])"/>, not started.</summary>
    public static RpcHost Build(Action<WebApplicationBuilder>? configure, Action<WebApplication>? map, string[]? arguments = null)
    {
        var log = new LogRecorder();

        // Many hosts at once would use up the machine's file watchers.
        WebApplicationBuilder builder = WebApplication.CreateBuilder(
            [.. arguments ?? ["--urls", "http://127.0.0.1:0"], "--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.Logging.AddFilter("Mprpc.Calls", LogLevel.Information);        // a line a call, for those who ask for it

        // Far above the bound of each wait: a test whose stop waits for what it must not wait for fails.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Bounded.Time * 10);
        configure?.Invoke(builder);

        WebApplication app = builder.Build();
        map?.Invoke(app);
        return new RpcHost(app, log);
    }

    public Task<RawPeer> DialAsync() => RawPeer.DialAsync(Rpc);

    /// <summary>Whether connections are accepted.</summary>
    public bool CanDial()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        try
        {
            socket.Connect(Rpc);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public MprpcClient CreateClient() => new(Rpc is UnixDomainSocketEndPoint ? $"unix://{Rpc}" : $"tcp://{Rpc}");

    public async ValueTask DisposeAsync()
    {
        // A test that failed may have left calls that never end.
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await App.StopAsync(atOnce.Token);
        await App.DisposeAsync();
    }
}
