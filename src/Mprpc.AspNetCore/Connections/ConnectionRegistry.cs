using Microsoft.Extensions.DependencyInjection;
using Mprpc.Connections;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Connections;

/// <summary>The connections that are open, of all listeners. Safe for concurrent use.</summary>
internal sealed class ConnectionRegistry(IServiceProvider services)
{
    private const int MaxNames = 10;

    private readonly Lock _gate = new();
    private readonly HashSet<RpcConnection> _connections = [];
    private readonly HashSet<string> _endpoints = new(StringComparer.Ordinal);
    private readonly HashSet<RpcConnection> _outlived = [];     // closed, while calls of theirs still run
    private readonly CancellationTokenSource _draining = new();

    /// <summary>Cancelled when the server begins to stop.</summary>
    public CancellationToken Draining => _draining.Token;

    private TaskCompletionSource? _noneToldLeft;    // under the lock

    /// <summary>Asks the clients that take it to call elsewhere.</summary>
    /// <param name="grace">For how long their calls are still served.</param>
    /// <returns>Completes when none of them is connected any more.</returns>
    public Task DrainAsync(TimeSpan grace)
    {
        _ = _draining.CancelAsync();    // on another thread: what runs on cancellation is not ours
        Interlocked.MemoryBarrier();    // with that of a client that says hello: either it sees the stop, or it is seen here
        RpcConnection[] connections;

        lock (_gate)
        {
            connections = [.. _connections];
            _noneToldLeft = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            CheckToldLeft();
        }

        foreach (RpcConnection connection in connections)
        {
            connection.SendGoAway(grace, RpcConnection.Stopping);
        }

        return _noneToldLeft.Task;
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>How many calls run whose methods have not ended, also those whose connections are gone.</summary>
    /// <remarks>Resolved late: it needs the options, whose errors are the start's to report.</remarks>
    public int RunningCalls => services.GetRequiredService<RunningCallsTotal>().Count;

    /// <summary>An endpoint is there, also while it has no connection.</summary>
    /// <param name="name">What metrics call it.</param>
    public void AddEndpoint(string name)
    {
        lock (_gate)
        {
            _endpoints.Add(name);
        }
    }

    /// <summary>Sums what connections have, for each endpoint.</summary>
    public Dictionary<string, long> CountByEndpoint(Func<RpcConnection, long> count)
    {
        Dictionary<string, long> sums;
        RpcConnection[] connections;

        lock (_gate)
        {
            sums = _endpoints.ToDictionary(static name => name, static _ => 0L);
            connections = [.. _connections];
        }

        foreach (RpcConnection connection in connections)
        {
            sums[connection.Origin!] += count(connection);
        }

        return sums;
    }

    public void Add(RpcConnection connection)
    {
        lock (_gate)
        {
            _connections.Add(connection);
        }
    }

    public void Remove(RpcConnection connection)
    {
        Task ended = connection.RunningCalls.WaitForNoneAsync();

        lock (_gate)
        {
            _connections.Remove(connection);
            CheckToldLeft();

            if (!ended.IsCompleted)
            {
                _outlived.Add(connection);
                _ = ForgetAsync(connection, ended);
            }
        }
    }

    public RpcConnection[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _connections];
        }
    }

    /// <summary>The connections that are open, and those that are closed and have calls that still run.</summary>
    public RpcConnection[] SnapshotOfRunning()
    {
        lock (_gate)
        {
            return [.. _connections, .. _outlived];
        }
    }

    /// <summary>The methods that run on these connections, with how often: <c>work (10), wait (2)</c>.</summary>
    public static string DescribeRunning(IReadOnlySet<RpcConnection> connections)
    {
        Dictionary<string, int> counts = [];

        foreach (RpcMethod method in connections.SelectMany(connection => connection.RunningCalls.Methods()))
        {
            counts[method.WireName] = counts.GetValueOrDefault(method.WireName) + 1;
        }

        string names = string.Join(", ", counts.OrderByDescending(count => count.Value).Take(MaxNames).Select(count => $"{count.Key} ({count.Value})"));
        return counts.Count <= MaxNames ? names : $"{names} and {counts.Count - MaxNames} more";
    }

    /// <summary>Under the lock.</summary>
    private void CheckToldLeft()
    {
        if (_noneToldLeft is not null && !_connections.Any(connection => connection.Peer is { GoAway: true }))
        {
            _noneToldLeft.TrySetResult();
        }
    }

    private async Task ForgetAsync(RpcConnection connection, Task ended)
    {
        await ended.ConfigureAwait(false);

        lock (_gate)
        {
            _outlived.Remove(connection);
        }
    }
}
