using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.Hosting;

namespace Mprpc.AspNetCore.Explorer.Live;

/// <summary>What the server does, told once a second to all who watch. While nobody does, nothing is measured. Safe for concurrent use.</summary>
internal sealed class LiveFeed(IServiceProvider services)
{
    private readonly Lock _gate = new();
    private readonly RpcServer _server = services.GetRequiredService<RpcServer>();
    private readonly ConnectionRegistry _connections = services.GetRequiredService<ConnectionRegistry>();
    private readonly CancellationToken _stopped = services.GetRequiredService<ExternalConnections>().StopRequested;
    private int _watchers;
    private LiveSampler? _sampler;

    /// <summary>The snapshots, the first at once, until the token is cancelled or the server closes its listeners.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // HTTP goes on while the server drains, and must not wait for who watches when it stops.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopped);
        LiveSampler sampler = Enter();

        try
        {
            Task<byte[]> next = sampler.First;

            while (true)
            {
                await ((Task)next.WaitAsync(ends.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

                if (ends.IsCancellationRequested)
                {
                    break;
                }

                byte[] snapshot = await next.ConfigureAwait(false);
                next = sampler.Next;
                yield return snapshot;
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Closes a connection at once.</summary>
    /// <returns>False: there is none of this name, or it is the page's own.</returns>
    public bool TryAbort(string id)
    {
        MprpcConnection? connection = _server.Connections.FirstOrDefault(connection => connection.Id == id && !Snapshot.IsOwn(connection));
        connection?.Abort();
        return connection is not null;
    }

    private LiveSampler Enter()
    {
        lock (_gate)
        {
            _watchers++;
            return _sampler ??= new LiveSampler(
                new CallStatistics(services.GetRequiredService<ServerMeter>()),
                _server,
                services.GetService<TimeProvider>() ?? TimeProvider.System,
                _connections.Draining);
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_watchers == 0)
            {
                _sampler!.Dispose();
                _sampler = null;
            }
        }
    }
}
