using Mprpc.Client;

namespace Mprpc.Interop.Tests.Peers;

/// <summary>net/rpc's methods are those of a type, and have one param.</summary>
internal sealed class GoDialect : PeerDialect
{
    public override Task<int> SumAsync(MprpcClient client, int x, int y) => client.CallAsync<int>("Peer.Sum", new[] { x, y }).AsTask();

    public override Task<T> EchoAsync<T>(MprpcClient client, object? value) => client.CallAsync<T>("Peer.Echo", value).AsTask();

    public override Task FailAsync(MprpcClient client, string message) => client.CallAsync("Peer.Fail", message).AsTask();

    public override Task UnknownAsync(MprpcClient client) => client.CallAsync("Peer.Nosuch", 1).AsTask();

    public override async Task NotifyThenReadAsync(MprpcClient client)
    {
        await client.NotifyAsync("Peer.Sum", new[] { 1, 2 });
        Assert.Equal(3, await SumAsync(client, 1, 2));
    }
}
