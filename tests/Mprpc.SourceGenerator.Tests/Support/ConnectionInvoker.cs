using Mprpc.Connections;
using Mprpc.Contracts;
using Mprpc.Messages;

namespace Mprpc.SourceGenerator.Tests.Support;

/// <summary>Lets proxies call over one connection.</summary>
internal sealed class ConnectionInvoker(RpcConnection connection) : MprpcCallInvoker
{
    public override MprpcWriter BeginCall() => MprpcWriter.Rent(connection.Serializer, RequestWriter.HeadRoom);

    public override ValueTask<T> CallAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
    {
        PendingCall<T> call = Start<T>(method, request, cancellationToken, out ValueTask<T> result, out _);
        _ = call;
        return result;
    }

    public override ValueTask CallAsync(string method, MprpcWriter request, CancellationToken cancellationToken)
    {
        Start<NoValue>(method, request, cancellationToken, out _, out ValueTask result);
        return result;
    }

    public override void Notify(string method, MprpcWriter notification) => Assert.True(connection.TryNotify(notification));

    private PendingCall<T> Start<T>(string method, MprpcWriter request, CancellationToken cancellationToken, out ValueTask<T> result, out ValueTask withoutResult)
    {
        PendingCall<T> call = PendingCall<T>.Rent(method, Timeout.InfiniteTimeSpan);
        result = call.Task;
        withoutResult = call.TaskWithoutResult;
        Assert.True(connection.TryCall(call, request, cancellationToken));
        return call;
    }
}
