namespace Mprpc.Tool.Tests.Packaging;

/// <summary>The package, installed from a folder as a user installs it from a feed.</summary>
public sealed class PackageTests(ShopHost shop)
{
    // Packing and installing are builds, on a machine that runs all other tests at the same time.
    private static readonly TimeSpan _buildTime = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Package_InstalledFromAFolder_Calls()
    {
        using var folder = new TemporaryFolder();
        string project = ToolProcess.PathOf("src", "Mprpc.Tool", "Mprpc.Tool.csproj");
        await DotnetAsync("pack", project, "-c", ToolProcess.Metadata("Configuration"), "--no-build", "-o", folder.PathOf("feed"));
        await DotnetAsync("tool", "install", "Mprpc.Tool", "--tool-path", folder.PathOf("tools"), "--source", folder.PathOf("feed"), "--no-cache");
        string tool = folder.PathOf("tools/mprpc");

        Assert.Contains("sum", (await ToolProcess.InstalledOutputAsync(tool, "list", shop.Url)).Split('\n'));
        Assert.Equal("3", await ToolProcess.InstalledOutputAsync(tool, "call", shop.Url, "sum", "1", "2"));
        string report = await ToolProcess.InstalledOutputAsync(tool, "bench", shop.Url, "sum", "1", "2", "--duration", "200ms", "--warm-up", "50ms");
        Assert.Matches(@"  up to [\d.]+ (µs|ms|s) +[\d,]+ +#+", report);
    }

    private static async Task DotnetAsync(params string[] arguments)
    {
        // What the running test host has set is not meant for a build.
        var environment = new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_UI_LANGUAGE"] = "en" };
        await using ChildProcess dotnet = ChildProcess.Start("dotnet", arguments, environment: environment);
        await dotnet.WaitForExitAsync(_buildTime);
        Assert.True(dotnet.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {dotnet.Output}{dotnet.Errors}");
    }
}
