using System.Net;
using Mprpc.Client;

namespace Mprpc.Comparison.Peers;

/// <summary>Mprpc, where each call has a timeout and a trace that the server is told (docs/protocol.md 10.6): what they cost beside plain calls.</summary>
internal sealed class MprpcCallPeer : MprpcPeer
{
    // That of a W3C trace context.
    private static readonly MprpcMetadata s_trace = new() { ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };

    public override string Name => "mprpc-call";

    public override bool IsVariant => true;

    public override async Task<ICallClient> DialAsync(IPEndPoint server)
    {
        MprpcClient client = await MprpcClient.ConnectAsync($"tcp://{server}", new MprpcClientOptions { Extensions = MprpcExtensions.Always });
        return new Client(client, new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(30), Metadata = s_trace });
    }
}
