using Mprpc.Client;

namespace Mprpc.Interop.Tests.Peers;

/// <summary>How the server of a peer is called, and what its language has.</summary>
internal class PeerDialect
{
    public ulong Largest { get; init; } = ulong.MaxValue;

    public long Smallest { get; init; } = long.MinValue;

    public bool HasEmptyMaps { get; init; } = true;

    /// <summary>Why it takes no ext and no timestamp; null: it does.</summary>
    public string? WithoutExt { get; init; }

    /// <summary>How fine its timestamps are.</summary>
    public long TimestampTicks { get; init; } = 1;

    public virtual Task<int> SumAsync(MprpcClient client, int x, int y) => client.CallAsync<int>("sum", x, y).AsTask();

    public virtual Task<T> EchoAsync<T>(MprpcClient client, object? value) => client.CallAsync<T>("echo", value).AsTask();

    public virtual Task FailAsync(MprpcClient client, string message) => client.CallAsync("fail", message).AsTask();

    public virtual Task UnknownAsync(MprpcClient client) => client.CallAsync("nosuch", 1).AsTask();

    public virtual async Task NotifyThenReadAsync(MprpcClient client)
    {
        await client.NotifyAsync("sum", 1, 2);
        Assert.Equal(3, await SumAsync(client, 1, 2));
    }
}
