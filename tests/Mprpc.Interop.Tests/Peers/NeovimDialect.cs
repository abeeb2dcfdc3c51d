using Mprpc.Client;

namespace Mprpc.Interop.Tests.Peers;

/// <summary>neovim's own API; a variable is set and read where other servers echo.</summary>
internal sealed class NeovimDialect : PeerDialect
{
    private static int s_variables;

    public NeovimDialect()
    {
        Largest = long.MaxValue;
        WithoutExt = "neovim has ext for its own handles only";
    }

    public override Task<int> SumAsync(MprpcClient client, int x, int y) => client.CallAsync<int>("nvim_eval", $"{x}+{y}").AsTask();

    public override async Task<T> EchoAsync<T>(MprpcClient client, object? value)
    {
        string name = $"echo{Interlocked.Increment(ref s_variables)}";
        await client.CallAsync("nvim_set_var", name, value);
        return await client.CallAsync<T>("nvim_get_var", name);
    }

    public override Task FailAsync(MprpcClient client, string message) => client.CallAsync("nvim_exec_lua", "error(...)", new object[] { message }).AsTask();

    public override Task UnknownAsync(MprpcClient client) => client.CallAsync("nvim_nosuch", 1).AsTask();

    public override async Task NotifyThenReadAsync(MprpcClient client)
    {
        await client.NotifyAsync("nvim_set_var", "x", 43);
        Assert.Equal(43, await client.CallAsync<int>("nvim_get_var", "x"));
    }
}
