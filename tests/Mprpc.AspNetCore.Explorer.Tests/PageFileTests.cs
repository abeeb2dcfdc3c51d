using System.Reflection;

namespace Mprpc.AspNetCore.Explorer.Tests;

/// <summary>The page's files: small enough to be read, and in need of nobody else.</summary>
public sealed class PageFileTests
{
    private const int MaxLines = 1500;

    private static readonly Dictionary<string, string> _files = Read();

    [Fact]
    public void Files_Together_AreAtMostFifteenHundredLines()
    {
        int lines = _files.Values.Sum(text => text.Count(letter => letter == '\n'));

        Assert.InRange(lines, 100, MaxLines);
    }

    [Fact]
    public void Files_Always_ReferToNoOtherHost()
    {
        foreach ((string name, string text) in _files)
        {
            string own = text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);     // the name of SVG, and nothing that is loaded

            Assert.DoesNotContain("http://", own, StringComparison.Ordinal);
            Assert.DoesNotContain("https://", own, StringComparison.Ordinal);
            Assert.DoesNotMatch("(src|href)=\"/|from '/|fetch\\('/", own);
            Assert.True(!text.Contains("innerHTML", StringComparison.Ordinal), $"{name} makes markup of text.");
        }
    }

    [Fact]
    public async Task Scripts_TypedByTheirComments_AreRight()
    {
        string root = Chromium.Metadata("RepositoryRoot");
        string compiler = Path.Combine(root, "clients", "typescript", "node_modules", "typescript", "bin", "tsc");
        Requirement.IsMet(File.Exists(compiler), "The packages of clients/typescript are not installed. Run tests/peers/install.sh.");
        string[] scripts = Directory.GetFiles(Path.Combine(root, "src", "Mprpc.AspNetCore.Explorer", "Page"), "*.js");

        string[] options = ["--allowJs", "--checkJs", "--noEmit", "--strict", "--target", "esnext", "--module", "esnext", "--lib", "esnext,dom,dom.iterable"];
        await using ChildProcess node = ChildProcess.Start(Requirement.Program("node", "nodejs"), [compiler, .. options, .. scripts]);
        await node.WaitForExitAsync();

        Assert.True(node.ExitCode == 0, $"{node.Output}{node.Errors}");
        Assert.True(scripts.Length > 5, $"Only {scripts.Length} scripts were found.");
    }

    private static Dictionary<string, string> Read()
    {
        Assembly assembly = typeof(MprpcExplorerEndpointRouteBuilderExtensions).Assembly;
        return assembly.GetManifestResourceNames().ToDictionary(
            name => name,
            name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            });
    }
}
