namespace Mprpc.AspNetCore.Tests.Robustness;

/// <summary>What a peer declares takes no memory. Beside no other test: what those have in use is the process's too.</summary>
[Collection(nameof(DeclaredSizeTests))]
[CollectionDefinition(nameof(DeclaredSizeTests), DisableParallelization = true)]
public sealed class DeclaredSizeTests
{
    [Fact]
    public async Task Memory_ForADeclaredSize_IsNotTaken()
    {
        await using RpcHost host = await RpcHost.StartAsync<Target>();
        List<RawPeer> peers = [];
        long before = GC.GetTotalMemory(forceFullCollection: true);

        for (int i = 0; i < 100; i++)
        {
            RawPeer peer = await host.DialAsync();
            await peer.SendAsync("94 00 01 a46563686f 91 c6003fff00 00");     // 4 MiB declared, one byte sent
            peers.Add(peer);
        }

        await using RawPeer other = await host.DialAsync();
        await other.AssertOpenAsync();
        long taken = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.InRange(taken, long.MinValue, 100L * 1024 * 1024);     // 400 MiB were declared

        foreach (RawPeer peer in peers)
        {
            await peer.DisposeAsync();
        }
    }

    private sealed class Target
    {
        public int Sum(int x, int y) => x + y;

        public object? Echo(object? value) => value;
    }
}
