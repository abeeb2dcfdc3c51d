using System.Globalization;
using Mprpc.Interop.Tests.Conformance;
using Mprpc.Interop.Tests.Peers;

namespace Mprpc.Interop.Tests.Documents;

/// <summary>What docs/interop.md gives to copy works as it stands there, but for the port.</summary>
public sealed class SnippetTests(ConformanceServer server)
{
    [Theory]
    [InlineData("Python", "mprpc-python", "/usr/bin/python3", "snippet.py")]
    [InlineData("pynvim", "pynvim", "/usr/bin/python3", "snippet.py")]
    [InlineData("Ruby", "ruby-neovim", "ruby", "snippet.rb")]
    [InlineData("Node", "npm-msgpack5rpc", "node", "snippet.js")]
    [InlineData("PHP", "php", "php", "snippet.php")]
    [InlineData("Lua", "lua-nvim", "lua5.1", "snippet.lua")]
    [InlineData("Go", "go-ugorji", "go", "run", "snippet.go")]
    [InlineData("neovim", "neovim", "nvim", "--headless", "--clean", "-n", "-i", "NONE", "-S", "snippet.vim", "-c", "qall!")]
    public async Task Snippet_OfEachLanguage_PrintsThree(string heading, string peer, string program, params string[] arguments)
    {
        await PeerCommand.RequireAsync(peer);
        using var folder = new TemporaryFolder();
        string port = server.EndpointOf(Peer.PresetOf(peer)).Port.ToString(CultureInfo.InvariantCulture);
        string file = folder.PathOf(arguments.Single(argument => argument.StartsWith("snippet.", StringComparison.Ordinal)));
        await File.WriteAllTextAsync(file, InteropDocument.CodeUnder($"### {heading}").Replace("6000", port, StringComparison.Ordinal));

        await using ChildProcess snippet = ChildProcess.Start(
            program,
            arguments.Select(argument => argument.StartsWith("snippet.", StringComparison.Ordinal) ? file : argument),
            environment: new Dictionary<string, string>
            {
                ["GO111MODULE"] = "off",
                ["GOPATH"] = "/usr/share/gocode",
                ["NODE_PATH"] = Repository.PathOf("tests/peers/node/node_modules"),
                ["NVIM_LOG_FILE"] = "/dev/null",
            });
        await snippet.WaitForExitAsync(TimeSpan.FromMinutes(2));

        // neovim echoes to the standard error.
        Assert.Equal("3", (snippet.Output + snippet.Errors).Trim());
    }
}
