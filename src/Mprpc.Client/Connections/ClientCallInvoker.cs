using Mprpc.Contracts;
using Mprpc.Messages;

namespace Mprpc.Client.Connections;

/// <summary>Sends what generated proxies write.</summary>
internal sealed class ClientCallInvoker(MprpcClient client, MprpcSerializerOptions serializer) : MprpcCallInvoker
{
    public override MprpcWriter BeginCall() => MprpcWriter.Rent(serializer, RequestWriter.HeadRoom);

    public override ValueTask<T> CallAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => client.Call<T>(method, request, cancellationToken);

    public override ValueTask CallAsync(string method, MprpcWriter request, CancellationToken cancellationToken)
        => MprpcClient.WithoutResult(client.Call<NoValue>(method, request, cancellationToken));

    public override void Notify(string method, MprpcWriter notification)
        => _ = client.NotifyOrLogAsync(method, notification);      // a void method cannot wait
}
