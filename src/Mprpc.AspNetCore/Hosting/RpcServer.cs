using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>Listens on the endpoints that were mapped, with a Kestrel of its own, and lives as long as the application.</summary>
/// <remarks>
/// A Kestrel of its own, because a listener added in code to the application's Kestrel makes that drop the HTTP addresses of <c>--urls</c>, ASPNETCORE_URLS and its default; and
/// because it also works where the application's server is a TestServer. It starts after HTTP and begins to stop before it, so that the time for stopping is not used up by then.
/// </remarks>
internal sealed class RpcServer(
    RpcEndpoints endpoints, DirectConnections direct, ConnectionRegistry connections, StopDeadline deadline, IServiceProvider services,
    IEnumerable<IConnectionListenerFactory> transports, ILoggerFactory loggers) : IMprpcServer, IHostedLifecycleService, IDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger("Mprpc.Server");
    private KestrelServer? _kestrel;
    private Task? _stopping;

    public IReadOnlyList<EndPoint> Endpoints { get; private set; } = [];

    public IReadOnlyList<MprpcConnection> Connections => connections.Snapshot();

    public int ConnectionCount => connections.Count;

    public int RunningCallCount => connections.RunningCalls;

    /// <summary>Whether it serves: from the end of its start to the beginning of its stop.</summary>
    public bool IsReady { get; private set; }

    private MprpcServerOptions Options => services.GetRequiredService<IOptions<MprpcServerOptions>>().Value;

    public void AbortConnections()
    {
        foreach (RpcConnection connection in connections.Snapshot())
        {
            connection.Abort();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        TimeSpan shutdown = services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;

        return Options.DrainDelay == TimeSpan.Zero || Options.DrainDelay < shutdown || shutdown == Timeout.InfiniteTimeSpan ? Task.CompletedTask : throw new InvalidOperationException(
            $"Mprpc:DrainDelay (MprpcServerOptions.DrainDelay) is {Options.DrainDelay}, and the whole stop may take {shutdown} (HostOptions.ShutdownTimeout): no time would be left for calls that run. "
            + "Shorten the delay, or raise the timeout.");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await ListenAsync(cancellationToken).ConfigureAwait(false);
        IsReady = true;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        IsReady = false;

        if (Options.DrainDelay > TimeSpan.Zero)
        {
            // HTTP goes on meanwhile, and answers the health checks: its server is stopped only when this has ended.
            ServerLog.DrainDelay(_logger, Options.DrainDelay);
            TimeProvider clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
            await Task.Delay(Options.DrainDelay, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        deadline.Watch(cancellationToken);
        _stopping = Task.WhenAll(_kestrel?.StopAsync(cancellationToken) ?? Task.CompletedTask, direct.StopAsync(cancellationToken));
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopping ?? Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => deadline.ReportAsync();

    public void Dispose() => _kestrel?.Dispose();

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RpcEndpoint> mapped = endpoints.Start();
        direct.Start();

        if (!ShouldListen())
        {
            direct.Check();
            ServerLog.NotListening(_logger);
            return;
        }

        if (mapped.Count == 0)
        {
            return;
        }

        var options = new KestrelServerOptions { ApplicationServices = services };
        List<ListenOptions> listeners = [];

        foreach (RpcEndpoint endpoint in mapped)
        {
            options.Listen(LocalEndPoint.Of(endpoint.Address), listener =>
            {
                listener.UseMessagePackRpc(endpoint.Options);
                listeners.Add(listener);
            });
        }

        _kestrel = new KestrelServer(new OptionsWrapper<KestrelServerOptions>(options), new ListenerFactories(transports), loggers);
        await ListenAsync(_kestrel, mapped, cancellationToken).ConfigureAwait(false);

        // Where the port was 0, the options hold the one that was bound.
        Endpoints = [.. listeners.Select(listener => listener.EndPoint)];

        for (int i = 0; i < mapped.Count; i++)
        {
            LogListening(mapped[i], Endpoints[i]);
        }
    }

    private bool ShouldListen() => Options.Listen ?? !IsTestServer(services.GetService<IServer>()?.GetType());

    /// <summary>By its name, because a server does not reference what tests are made with.</summary>
    private static bool IsTestServer(Type? server) => server is not null && (server.FullName == "Microsoft.AspNetCore.TestHost.TestServer" || IsTestServer(server.BaseType));

    private static async Task ListenAsync(KestrelServer kestrel, IReadOnlyList<RpcEndpoint> mapped, CancellationToken cancellationToken)
    {
        try
        {
            await kestrel.StartAsync(new NoHttpApplication(), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            string wanted = string.Join("; ", mapped.Select(endpoint =>
                $"{endpoint.Address} for {string.Join(", ", endpoint.Options.Services)}"));
            throw new InvalidOperationException(
                $"{exception.Message} Mapped are: {wanted}. Stop the process that listens there, or give MapMprpcService another port (0 for any free one).", exception);
        }
    }

    private void LogListening(RpcEndpoint endpoint, EndPoint bound)
    {
        string address = bound is IPEndPoint ? $"tcp://{bound}" : endpoint.Address.ToString();

        if (endpoint.IsPortOnly)
        {
            ServerLog.ListeningOnLoopback(_logger, address);
        }
        else
        {
            ServerLog.Listening(_logger, address);
        }
    }
}
