using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>The end of the time for stopping: calls that still run are cancelled, and those that ignore that are abandoned, and named.</summary>
internal sealed class StopDeadline(ConnectionRegistry connections, ILoggerFactory loggers) : IDisposable
{
    // For what a method does when it is cancelled; paid only where one ignores it.
    private static readonly TimeSpan TimeAfterCancellation = TimeSpan.FromMilliseconds(500);

    private readonly ILogger _logger = loggers.CreateLogger("Mprpc.Server");
    private readonly HashSet<RpcConnection> _seen = [];
    private CancellationTokenRegistration _registration;

    /// <summary>
    /// Aborts the connections when the time is over: one that has been told to stop does not read, so that it would not notice what its transport does.
    /// </summary>
    /// <param name="deadline">Cancelled when the time for stopping is over.</param>
    public void Watch(CancellationToken deadline)
    {
        Remember();
        _registration = deadline.UnsafeRegister(static deadline => ((StopDeadline)deadline!).OnReached(), this);
    }

    /// <summary>Logs what still runs once the application has stopped, in one line.</summary>
    public async Task ReportAsync()
    {
        Dispose();
        RpcConnection[] seen = Remember();
        await Task.WhenAll(seen.Select(connection => connection.RunningCalls.WaitForNoneAsync()))
            .WaitAsync(TimeAfterCancellation, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        int count = seen.Sum(connection => connection.RunningCalls.Count);

        if (count > 0)
        {
            ServerLog.CallsAbandoned(_logger, count, ConnectionRegistry.DescribeRunning(seen.ToHashSet()));
        }
    }

    public void Dispose() => _registration.Dispose();

    /// <summary>Ends the time for stopping now.</summary>
    public void End() => OnReached();

    private void OnReached()
    {
        foreach (RpcConnection connection in Remember())
        {
            connection.Abort();
        }
    }

    /// <summary>The connections that there are, and were when the stop began: calls may outlive them.</summary>
    private RpcConnection[] Remember()
    {
        lock (_seen)
        {
            _seen.UnionWith(connections.SnapshotOfRunning());
            return [.. _seen];
        }
    }
}
