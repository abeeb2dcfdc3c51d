namespace Mprpc.TypeScript.Tests;

/// <summary>The package's own tests, against a fake server that speaks byte by byte.</summary>
public sealed class PackageTests
{
    [Fact]
    public async Task Package_ItsOwnTests_Pass()
    {
        await NodePackage.RequireAsync();
        string[] files = Directory.GetFiles(NodePackage.PathOf("build"), "*.test.js");

        await using ChildProcess node = ChildProcess.Start(NodePackage.Node(), ["--test", .. files]);
        await node.WaitForExitAsync();

        Assert.True(files.Length > 5, $"Only {files.Length} files of tests were built.");
        Assert.True(node.ExitCode == 0, $"{node.Output}{node.Errors}");
        Assert.DoesNotContain("# pass 0\n", node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Package_AsCommonJs_IsTheSame()
    {
        await NodePackage.RequireAsync();

        string names = await ChildProcess.RunAsync(
            NodePackage.Node(), ["-e", $"console.log(Object.keys(require({System.Text.Json.JsonSerializer.Serialize(NodePackage.Folder)})).join(' '))"]);

        Assert.Contains("MprpcClient", names, StringComparison.Ordinal);
    }
}
