namespace Mprpc.Interop.Tests.Neovim;

/// <summary>samples/Neovim in a stock neovim: a process that neovim calls, and that calls neovim.</summary>
public sealed class SamplePluginTests
{
    public static TheoryData<string> Transports => ["stdio", "tcp", "unix"];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Plugin_OverEachTransport_IsCalledAndCallsBack(string transport)
    {
        await using NeovimProcess nvim = await NeovimProcess.StartAsync();
        await using ChildProcess? plugin = await StartAsync(nvim, transport);
        int channel = await nvim.WaitForPluginAsync();
        await nvim.Client.CallAsync("nvim_buf_set_lines", 0, 0, -1, false, new[] { "two words", "and three more" }).InTime();

        int sum = await nvim.EvaluateAsync<int>($"rpcrequest({channel}, 'sum', 1, 2)");
        int words = await nvim.EvaluateAsync<int>($"rpcrequest({channel}, 'count_words')");
        int depth = await nvim.EvaluateAsync<int>($"rpcrequest({channel}, 'nested', {channel}, 5)");

        Assert.Equal((3, 5, 5), (sum, words, depth));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Plugin_OverEachTransport_GivesErrorsThatNeovimReads(string transport)
    {
        await using NeovimProcess nvim = await NeovimProcess.StartAsync();
        await using ChildProcess? plugin = await StartAsync(nvim, transport);
        int channel = await nvim.WaitForPluginAsync();

        var unknown = await Assert.ThrowsAsync<MprpcRemoteException>(() => nvim.EvaluateAsync<int>($"rpcrequest({channel}, 'nosuch')"));
        var wrong = await Assert.ThrowsAsync<MprpcRemoteException>(() => nvim.EvaluateAsync<int>($"rpcrequest({channel}, 'sum', 1)"));
        int sum = await nvim.EvaluateAsync<int>($"rpcrequest({channel}, 'sum', 1, 2)");

        Assert.Contains("nosuch", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("sum", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(3, sum);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public async Task Plugin_WhenNeovimEnds_EndsToo(string transport)
    {
        await using NeovimProcess nvim = await NeovimProcess.StartAsync();
        await using ChildProcess? plugin = await StartAsync(nvim, transport);
        await nvim.WaitForPluginAsync();

        await nvim.Client.NotifyAsync("nvim_command", "qall!");
        await plugin!.WaitForExitAsync(Bounded.Time);

        Assert.Equal(0, plugin.ExitCode);
    }

    /// <summary>Over stdio neovim starts it, and ends it.</summary>
    private static async Task<ChildProcess?> StartAsync(NeovimProcess nvim, string transport)
    {
        string sample = Repository.SampleOf("Neovim");

        if (transport == "stdio")
        {
            Assert.True(await nvim.EvaluateAsync<int>($"jobstart(['dotnet', '{sample}'], {{'rpc': v:true}})") > 0);
            return null;
        }

        string url = transport == "unix" ? nvim.UnixSocket : "tcp://" + await nvim.EvaluateAsync<string>("serverstart('127.0.0.1:0')");
        return ChildProcess.Start("dotnet", [sample, url]);
    }
}
