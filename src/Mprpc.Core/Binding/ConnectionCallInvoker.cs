using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Streams;

namespace Mprpc.Binding;

/// <summary>Calls the peer of one connection. Safe for concurrent use.</summary>
internal sealed class ConnectionCallInvoker(RpcConnection connection) : MprpcCallInvoker(connection.CallTimeout)
{
    internal override StreamLimits StreamLimits => connection.Limits.Streams;

    public override MprpcWriter BeginCall() => connection.BeginCall();

    public override void Notify(string method, MprpcWriter notification)
    {
        if (!connection.TryNotify(notification))
        {
            throw connection.NotSent(method, notification);
        }
    }

    internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions options)
    {
        if (!connection.TryNotify(method, notification, options.Metadata))
        {
            throw connection.NotSent(method, notification);
        }
    }

    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested ? null : connection;

    internal override ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options)
        => !options.CancellationToken.IsCancellationRequested
            && connection.TryCall(method, request, options.Timeout ?? CallTimeout, options.Told, options.CancellationToken, out ValueTask<T> result)
            ? result
            : CallWhenReadyAsync<T>(method, request, options.CancellationToken);

    // There is no other connection to wait for.
    internal override ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
    {
        if (!cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromException<T>(connection.NotSent(method, request));
        }

        Drop(request);
        return ValueTask.FromException<T>(
            new OperationCanceledException($"The call of '{method}' was cancelled before it was sent.", innerException: null, cancellationToken));
    }
}
