using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Client.Sending;

/// <summary>Sends each call at once if a connection is there, since any number of calls may be in flight on it.</summary>
internal sealed class DirectSender(ClientParts parts, ConnectionPool pool, WaitingCalls waiting, NotificationQueue notifications)
    : CallSender(parts, pool, notifications)
{
    public override ValueTask<T> SendWhenReadyAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
        => waiting.SendAsync<T>(method, request, call, spent);

    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken)
        => !cancellationToken.IsCancellationRequested && !Pool.IsAwaited && Pool.TryGet() is { Output.IsCongested: false } connection ? connection : null;
}
