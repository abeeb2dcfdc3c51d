using Mprpc.Client.Diagnostics;
using Mprpc.Connections;
using Mprpc.Contracts;
using Mprpc.Messages;

namespace Mprpc.Client.Connections;

/// <summary>Sends what generated proxies write.</summary>
internal sealed class ClientCallInvoker(MprpcClient client, MprpcSerializerOptions serializer, SendLimit limit, TimeSpan callTimeout) : MprpcCallInvoker(callTimeout)
{
    public override MprpcWriter BeginCall() => MprpcWriter.Rent(serializer, RequestWriter.HeadRoom, limit);

    public override void Notify(string method, MprpcWriter notification)
        => _ = NotifyAsync(method, notification);      // a void method cannot wait

    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken) => client.TryGetConnection(cancellationToken);

    internal override ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => client.CallWhenReadyAsync<T>(method, request, cancellationToken);

    private async Task NotifyAsync(string method, MprpcWriter notification)
    {
        try
        {
            await client.Notify(notification).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ClientLog.NotificationNotSent(client.Logger, method, exception);
        }
    }
}
