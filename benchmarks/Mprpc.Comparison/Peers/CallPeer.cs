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
        var clients = new List<ICallClient>(scenario.Connections);
        for (int i = 0; i < scenario.Connections; i++)
        {
            clients.Add(await DialAsync(server));
        }

        return new CallLoad(scenario, clients);
    }

    public override async Task<IAsyncDisposable> OpenIdleAsync(IPEndPoint server)
    {
        ICallClient client = await DialAsync(server);
        await client.SumAsync(1, 2);
        return client;
    }
}
