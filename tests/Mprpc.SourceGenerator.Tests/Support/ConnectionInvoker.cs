using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.SourceGenerator.Tests.Support;

/// <summary>Lets proxies call over one connection.</summary>
internal sealed class ConnectionInvoker(RpcConnection connection) : MprpcCallInvoker(Timeout.InfiniteTimeSpan)
{
    internal override StreamLimits StreamLimits => connection.Limits.Streams;

    public override MprpcWriter BeginCall() => MprpcWriter.Rent(connection.Serializer, RequestWriter.HeadRoom);

    public override void Notify(string method, MprpcWriter notification) => Assert.True(connection.TryNotify(notification));

    internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions options)
        => Assert.True(connection.TryNotify(method, notification, options.Metadata));

    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken) => connection;

    internal override ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options)
        => connection.TryCall(method, request, options.Timeout ?? Timeout.InfiniteTimeSpan, options.Told, options.CancellationToken, out ValueTask<T> result)
            ? result
            : throw new InvalidOperationException("The connection is closed.");

    internal override ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => throw new InvalidOperationException("The connection is closed.");
}
