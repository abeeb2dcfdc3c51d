using Mprpc.Client;

namespace Mprpc.Interop.Tests.Options;

/// <summary>docs/protocol.md 8.3: servers that take one message a read.</summary>
public sealed class SerialServerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Calls_AtOnceWithTheMprpcPreset_AllReachAServerThatTakesOneMessageARead(int connections)
    {
        await using var server = new OneMessageAReadServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxConnections = connections }.UsePeer(MprpcPeer.MprpcPython));

        int[] answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => client.CallAsync<int>("echo", i).AsTask())).InTime();

        Assert.Equal(Enumerable.Range(0, 500), answers);
        Assert.InRange(server.Connections, 1, connections);
    }

    [Fact]
    public async Task Calls_AtOnceWithoutThePreset_AreLostByTheServer()
    {
        // Shows that the server of these tests is one that the preset is for.
        await using var server = new OneMessageAReadServer();
        await using var client = new MprpcClient(server.Url);
        var soon = new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(500) };
        await client.CallAsync<int>("echo", 0);

        Task<int>[] calls = [.. Enumerable.Range(0, 500).Select(i => client.CallAsync<int>("echo", soon, i).AsTask())];

        await Assert.ThrowsAsync<TimeoutException>(() => Task.WhenAll(calls)).InTime();
    }
}
