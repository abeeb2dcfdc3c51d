using System.Diagnostics.CodeAnalysis;
using Mprpc.Client.Diagnostics;
using Mprpc.Connections;

namespace Mprpc.Client;

/// <content>What a client that is called has to know: that the server sees another connection than before.</content>
public sealed partial class MprpcClient
{
    private int _hasConnected;

    /// <summary>
    /// Occurs when a connection has taken the place of one that was lost, or that its server has asked to leave: with it the client is in no group any more,
    /// and joins again, as by <c>client.Reconnected += connection => connection.CallAsync&lt;bool&gt;("join", "eu").AsTask()</c>. Handlers and <see
    /// cref="On"/> stay as they are.
    /// </summary>
    /// <remarks>
    /// Not for the first connection, nor for one beside others (<see cref="MprpcClientOptions.MaxConnections"/>). Runs on another thread, one handler after the
    /// other; calls do not wait for it. What a handler throws is logged.
    /// </remarks>
    [SuppressMessage("Design", "CA1003:Use generic event handler instances", Justification = "A handler calls the server, which takes its time.")]
    public event Func<MprpcConnection, Task>? Reconnected;

    private void OnConnected(RpcConnection connection)
    {
        if (Interlocked.Exchange(ref _hasConnected, 1) == 0 || _pool.Connected().Count() != 1)
        {
            return;
        }

        _parts.Telemetry.OnReconnect(isConnected: true);

        if (Reconnected is { } handlers)
        {
            _ = Task.Run(() => TellReconnectedAsync(handlers, connection));     // cannot throw
        }
    }

    private async Task TellReconnectedAsync(Func<MprpcConnection, Task> handlers, RpcConnection connection)
    {
        foreach (Func<MprpcConnection, Task> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                await handler(connection).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                ClientLog.ReconnectedHandlerThrew(_parts.Logger, exception);
            }
        }
    }
}
