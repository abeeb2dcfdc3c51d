using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Client.Sending;

/// <summary>
/// Sends each call when a connection has a place for it, because the calls in flight on a connection, or all its calls, are limited
/// (<see cref="MprpcClientOptions.MaxInFlightPerConnection"/>, <see cref="MprpcClientOptions.MaxCallsPerConnection"/>).
/// </summary>
internal sealed class LimitedSender(ClientParts parts, ConnectionPool pool, WaitingCalls waiting, NotificationQueue notifications)
    : CallSender(parts, pool, notifications)
{
    public override ValueTask<T> SendWhenReadyAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
        => waiting.SendAsync<T>(method, request, call, spent);

    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken) => null;
}
