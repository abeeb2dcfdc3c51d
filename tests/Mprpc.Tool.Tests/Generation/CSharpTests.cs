using Mprpc.Client;
using Mprpc.Tool.Tests.Generation.OfNeovim;

namespace Mprpc.Tool.Tests.Generation;

/// <summary>
/// <c>mprpc generate csharp</c>: what it writes is compiled with these tests, and called. MPRPC_UPDATE_GENERATED=1 writes the files anew.
/// </summary>
public sealed class CSharpTests(ShopHost shop)
{
    private static readonly string _folder = ToolProcess.PathOf("tests", "Mprpc.Tool.Tests", "Generation");

    [Fact]
    public async Task CSharp_OfOurServer_IsTheFileThatIsCompiled()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.PathOf("shop.json"), await ToolProcess.OutputAsync("schema", shop.Url));

        await MatchesAsync("Shop.cs", folder.PathOf("shop.json"), "--name", "Shop", "--namespace", "Mprpc.Tool.Tests.Generation.OfShop");
    }

    [Fact]
    public async Task CSharp_OfOurServer_CallsIt()
    {
        await using var client = new MprpcClient(shop.Url);
        OfShop.IShop calls = client.As<OfShop.IShop>();
        var order = new OfShop.Order { Title = "tea", Price = 1.5, Tags = ["a"], Counts = new() { ["b"] = 1 } };

        Assert.Equal(2, await calls.SumAsync(1).InTime());
        Assert.Equal(5, await calls.TotalAsync("ab", 1, 2).InTime());
        Assert.Equal((2, 1), ((await calls.PriceAsync(order).InTime()).Price, (await calls.PriceAsync(order, OfShop.Rounding.Down).InTime()).Price));
        Assert.Equal(new OfShop.Place { X = 1.5, Y = 2.5 }, await calls.MoveAsync(new OfShop.Place { X = 1, Y = 2 }, 0.5).InTime());
        Assert.Equal("0 1 2", string.Join(' ', await calls.Count(3).ToArrayAsync().InTime()));
        Assert.Equal("refused", (await Assert.ThrowsAsync<MprpcRemoteException>(() => calls.RefuseAsync().InTime())).Code);
    }

    [Fact]
    public Task CSharp_OfNeovim_IsTheFileThatIsCompiled()
        => MatchesAsync(
            "Neovim.cs", Path.Combine(_folder, "neovim.json"), "--name", "Neovim", "--prefix", "nvim_", "--namespace", "Mprpc.Tool.Tests.Generation.OfNeovim");

    [Fact]
    public async Task CSharp_OfNeovim_CallsANeovim()
    {
        string program = Requirement.Program("nvim", "neovim");
        using var folder = new TemporaryFolder();
        await using ChildProcess process = ChildProcess.Start(program, ["--headless", "--clean", "-n", "-i", "NONE", "--listen", folder.PathOf("s")]);
        await Bounded.Until(() => File.Exists(folder.PathOf("s")), "neovim's socket");
        await using var client = new MprpcClient($"unix://{folder.PathOf("s")}", new MprpcClientOptions().UsePeer(MprpcPeer.Neovim));
        INeovim neovim = client.As<INeovim>();

        MprpcRaw buffer = await neovim.GetCurrentBufAsync().InTime();
        await neovim.BufSetLinesAsync(buffer, 0, -1, false, ["a", "b", "c"]).InTime();
        List<string> lines = await neovim.BufGetLinesAsync(buffer, 1, 3, true).InTime();
        long count = await neovim.BufLineCountAsync(buffer).InTime();
        MprpcRaw sum = await neovim.EvalAsync("1 + 2").InTime();

        Assert.Equal(["b", "c"], lines);
        Assert.Equal(3, count);
        Assert.Equal("3", sum.ToString());
        Assert.Contains("nvim_eval", (await ToolProcess.OutputAsync("list", $"unix://{folder.PathOf("s")}", "--peer", "Neovim")).Split('\n'));
    }

    [Theory]
    [InlineData("is not a name for a type", 2, "--name", "1")]
    [InlineData("has no method whose name begins with 'vim.'", 1, "--prefix", "vim.")]
    public async Task Generate_ThatCannotBe_SaysWhy(string said, int code, params string[] options)
    {
        ToolRun run = await ToolProcess.RunAsync(["generate", "csharp", Path.Combine(_folder, "neovim.json"), .. options]);

        Assert.Equal(code, run.ExitCode);
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_FromAFileThatIsNoDescription_SaysWhatIsOne()
    {
        ToolRun run = await ToolProcess.RunAsync("generate", "python", ToolProcess.PathOf("Mprpc.sln"));
        ToolRun missing = await ToolProcess.RunAsync("generate", "python", "/does/not/exist");

        Assert.Equal((2, 2), (run.ExitCode, missing.ExitCode));
        Assert.Contains("scheme", missing.Errors, StringComparison.Ordinal);
    }

    private static async Task MatchesAsync(string file, params string[] arguments)
    {
        string path = Path.Combine(_folder, file);
        string written = await ToolProcess.OutputAsync(["generate", "csharp", .. arguments]) + "\n";

        if (Environment.GetEnvironmentVariable("MPRPC_UPDATE_GENERATED") == "1")
        {
            await File.WriteAllTextAsync(path, written);
        }

        Assert.Equal(await File.ReadAllTextAsync(path), written);
    }
}
