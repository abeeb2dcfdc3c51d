using System.Net;
using Mprpc.Comparison.Load;
using Mprpc.Connections;

namespace Mprpc.Comparison.Peers;

/// <summary>A system that makes calls: all of them are driven by the same loops.</summary>
internal abstract class CallPeer : Peer
{
    public abstract Task<ICallClient> DialAsync(IPEndPoint server);

    public override async Task<ILoad> ConnectAsync(IPEndPoint server, Scenario scenario)
    {
        if (scenario.Operation == Operation.Broadcast)
        {
            return await BroadcastLoad.OpenAsync(this, server, scenario);
        }

        var clients = new List<ICallClient>(scenario.Connections);
        for (int i = 0; i < scenario.Connections; i++)
        {
            clients.Add(scenario.Operation is Operation.AskBack or Operation.Cancel ? await DialFullAsync(server) : await DialAsync(server));
        }

        IEnumerable<IStreamClient> streaming = clients.OfType<IStreamClient>();
        return scenario.Operation switch
        {
            _ when scenario.IsOfItems => new StreamLoad(scenario, [.. streaming]),
            _ when scenario.IsBeside => new BesideLoad(scenario, clients[0], await DialAsync(server)),
            Operation.Cancel => new CancelLoad(scenario, streaming.Single(), (IStreamClient)await DialFullAsync(server)),
            Operation.AskBack => new AskBackLoad(streaming.Single()),
            _ => new CallLoad(scenario, clients),
        };
    }

    /// <summary>The same, where the server is told of cancellation and may call the client.</summary>
    protected virtual Task<ICallClient> DialFullAsync(IPEndPoint server) => DialAsync(server);

    /// <summary>Opens a connection on which the server may send messages to its client.</summary>
    /// <param name="server">The server.</param>
    /// <param name="onPushed">Called for each.</param>
    public virtual Task<IAsyncDisposable> DialPushedAsync(IPEndPoint server, Action onPushed) => throw new NotSupportedException();

    /// <summary>Opens such a connection and reads nothing from it; the server knows it as one of those that <see cref="IStreamClient.FillStalledAsync"/> fills.</summary>
    public virtual Task<IAsyncDisposable> DialStalledAsync(IPEndPoint server) => throw new NotSupportedException();

    public override async Task<IAsyncDisposable> OpenIdleAsync(IPEndPoint server)
    {
        ICallClient client = await DialAsync(server);
        await client.SumAsync(1, 2);
        return client;
    }
}
