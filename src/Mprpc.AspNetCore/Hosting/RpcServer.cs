using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Backplane;
using Mprpc.AspNetCore.Clients;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.WebSockets;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>Listens on the endpoints that were mapped, with a Kestrel of its own, and lives as long as the application.</summary>
/// <remarks>
/// A Kestrel of its own, because a listener added in code to the application's Kestrel makes that drop the HTTP addresses of <c>--urls</c>, ASPNETCORE_URLS and
/// its default; and because it also works where the application's server is a TestServer. It starts after HTTP and begins to stop before it, so that the time
/// for stopping is not used up by then.
/// </remarks>
internal sealed class RpcServer(
    RpcEndpoints endpoints,
    RpcListeners listeners,
    ExternalConnections external,
    ConnectionRegistry connections,
    StopDeadline deadline,
    ConnectionObservers observers,
    IServiceProvider services,
    ILoggerFactory loggers)
    : IMprpcServer, IServerStart, IHostedLifecycleService, IDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger("Mprpc.Server");
    private readonly CancellationTokenSource _delayEnds = new();
    private IReadOnlyList<RpcEndpoint> _mapped = [];
    private KestrelServer? _kestrel;
    private BackplaneClients? _remote;
    private FurtherSignals? _signals;
    private readonly Lock _gate = new();
    private Task? _listening;       // under the lock
    private Task? _stopping;

    public IReadOnlyList<EndPoint> Endpoints { get; private set; } = [];

    public IReadOnlyList<MprpcConnection> Connections => connections.Snapshot();

    public int ConnectionCount => connections.Count;

    public int RunningCallCount => connections.RunningCalls;

    /// <summary>Whether it serves: from the end of its start to the beginning of its stop.</summary>
    public bool IsReady { get; private set; }

    private MprpcServerOptions Settings => services.GetRequiredService<IOptions<MprpcServerOptions>>().Value;

    public void AbortConnections()
    {
        foreach (RpcConnection connection in connections.Snapshot())
        {
            connection.Abort();
        }
    }

    public Task ServeAsync(MprpcTransport transport, string? endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transport);
        return external.ServeAsync(transport, endpoint, cancellationToken);
    }

    /// <summary>Before HTTP listens: what is wrong with the endpoints is known by then.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        CheckDrainDelay();
        observers.Start();
        _mapped = endpoints.Start();

        foreach (WebSocketEndpoint webSocket in endpoints.WebSockets)
        {
            webSocket.Start(services);
        }

        external.Start(_mapped, endpoints.WebSockets);

        if (!ShouldListen())
        {
            external.Check();
            ServerLog.NotListening(_logger);
        }
        else if (_mapped.Count > 0)
        {
            _kestrel = listeners.Create(_mapped);
        }

        _remote = ClientServices.FindRemote(services);

        if (_remote is not null)
        {
            await _remote.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await ListenAsync(cancellationToken).ConfigureAwait(false);
        IsReady = true;
    }

    public Task ListenAsync(CancellationToken cancellationToken)
    {
        // A client of this application that connects at the start may ask for it first.
        lock (_gate)
        {
            return _listening ??= _kestrel is null ? Task.CompletedTask : ListenAsync(_kestrel, cancellationToken);
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        IsReady = false;
        _signals = new FurtherSignals(OnSignalledAgain);

        TimeProvider clock = services.GetService<TimeProvider>() ?? TimeProvider.System;

        using (var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _delayEnds.Token))
        {
            // HTTP goes on meanwhile, and answers the health checks: its server is stopped only when this has ended.
            Task delay = Task.CompletedTask;

            if (Settings.DrainDelay > TimeSpan.Zero)
            {
                ServerLog.DrainDelay(_logger, Settings.DrainDelay);
                delay = Task.Delay(Settings.DrainDelay, clock, ends.Token);
            }

            Task left = connections.DrainAsync(GoAwayGrace).WaitAsync(GoAwayGrace, clock, ends.Token);
            await delay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        deadline.Watch(cancellationToken);
        _stopping = Task.WhenAll(_kestrel?.StopAsync(cancellationToken) ?? Task.CompletedTask, external.StopAsync(cancellationToken));
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopping ?? Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _signals?.Dispose();
        await deadline.ReportAsync().ConfigureAwait(false);
        await observers.WaitForNoneAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Not asked for here: where a test disposes its host, the services are gone by now.
        if (_remote is not null)
        {
            await _remote.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        _signals?.Dispose();
        _delayEnds.Dispose();
        _kestrel?.Dispose();
    }

    /// <summary>By its name, because a server does not reference what tests are made with.</summary>
    private static bool IsTestServer(Type? server)
        => server is not null && (server.FullName == "Microsoft.AspNetCore.TestHost.TestServer" || IsTestServer(server.BaseType));

    /// <summary>Half the time of the stop at most: calls that run need some as well.</summary>
    private TimeSpan GoAwayGrace
        => ShutdownTimeout != Timeout.InfiniteTimeSpan && ShutdownTimeout / 2 < Settings.GoAwayGrace ? ShutdownTimeout / 2 : Settings.GoAwayGrace;

    private TimeSpan ShutdownTimeout => services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;

    private void CheckDrainDelay()
    {
        TimeSpan shutdown = ShutdownTimeout;

        if (Settings.DrainDelay > TimeSpan.Zero && Settings.DrainDelay >= shutdown && shutdown != Timeout.InfiniteTimeSpan)
        {
            throw new InvalidOperationException(
                $"Mprpc:DrainDelay (MprpcServerOptions.DrainDelay) is {Settings.DrainDelay}, "
                + $"and the whole stop may take {shutdown} (HostOptions.ShutdownTimeout): no time would be left for calls "
                + "that run. Shorten the delay, or raise the timeout.");
        }
    }

    /// <summary>Each further signal ends what is waited for: the delay, then the calls that run.</summary>
    private void OnSignalledAgain(PosixSignal signal)
    {
        bool isDelay = _stopping is null && !_delayEnds.IsCancellationRequested;
        string what = isDelay ? "the delay of the stop ends, and listeners close" : "the calls that still run are cancelled, and their connections closed";
        ServerLog.SignalledAgain(_logger, signal.ToString(), what);

        if (isDelay)
        {
            _delayEnds.Cancel();
        }
        else
        {
            deadline.End();
        }
    }

    private bool ShouldListen() => Settings.Listen ?? !IsTestServer(services.GetService<IServer>()?.GetType());

    private async Task ListenAsync(KestrelServer kestrel, CancellationToken cancellationToken)
    {
        await kestrel.StartAsync(new NoHttpApplication(), cancellationToken).ConfigureAwait(false);

        // Where the port was 0, the options hold the one that was bound.
        Endpoints = listeners.BoundEndPoints;

        for (int i = 0; i < _mapped.Count; i++)
        {
            LogListening(_mapped[i], Endpoints[i]);
        }
    }

    private void LogListening(RpcEndpoint endpoint, EndPoint bound)
    {
        string address = bound is IPEndPoint ? $"{(endpoint.IsTls ? "tls" : "tcp")}://{bound}" : endpoint.ToString();

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
