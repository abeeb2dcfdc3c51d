using Mprpc.Client.Diagnostics;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Client.Connections;

/// <summary>Sends what generated proxies write.</summary>
internal sealed class ClientCallInvoker(MprpcClient client, MprpcSerializerOptions serializer, ConnectionLimits limits, TimeSpan callTimeout) : MprpcCallInvoker(callTimeout)
{
    public override MprpcWriter BeginCall() => MprpcWriter.Rent(serializer, RequestWriter.HeadRoom, limits.SendLimit);

    // What is wrong with the arguments is thrown here. A void method cannot wait for the rest.
    public override void Notify(string method, MprpcWriter notification)
    {
        SentMessage.Check(limits, method, notification);
        _ = NotifyAsync(method, notification);
    }

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
