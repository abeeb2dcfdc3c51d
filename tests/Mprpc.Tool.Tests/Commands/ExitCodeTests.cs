using System.Net;
using System.Net.Sockets;

namespace Mprpc.Tool.Tests.Commands;

/// <summary>The exit codes of docs/tool.md, and what the standard error says; the standard output stays empty.</summary>
public sealed class ExitCodeTests(ShopHost shop)
{
    [Theory]
    [InlineData(1, "Error: No.\nCode:  refused\nData:  {\"left\":3}", "call", "URL", "refuse")]
    [InlineData(1, "not found", "call", "URL", "nope")]
    [InlineData(2, "Required argument 'METHOD'", "call", "URL")]
    [InlineData(2, "There is no option '--nope'", "call", "URL", "sum", "--nope")]
    [InlineData(2, "exclude each other", "call", "URL", "sum", "--json", "--text")]
    [InlineData(2, "not JSON", "call", "URL", "sum", "x", "--json")]
    [InlineData(2, "18446744073709551615", "call", "URL", "echo", "18446744073709551616")]
    [InlineData(2, "Cannot read the file", "call", "URL", "echo", "@/does/not/exist")]
    [InlineData(2, "BeforeStr8AndBin", "call", "URL", "sum", "--peer", "nobody")]
    [InlineData(2, "is not a way of output", "call", "URL", "sum", "-o", "xml")]
    [InlineData(2, "is not a time", "call", "URL", "sum", "--timeout", "soon")]
    [InlineData(2, "scheme", "call", "http://127.0.0.1:1", "sum")]
    [InlineData(2, "MPRPC_NOT_SET", "call", "URL", "sum", "--token-env", "MPRPC_NOT_SET")]
    [InlineData(2, "Required command", "generate")]
    [InlineData(3, "Cannot connect to tcp://127.0.0.1:1", "call", "tcp://127.0.0.1:1", "sum")]
    [InlineData(4, "Error:", "call", "URL", "wait", "--timeout", "300ms")]
    [InlineData(6, "unauthenticated", "call", "URL", "secret")]
    [InlineData(7, "Is this the port of a MessagePack-RPC peer?", "call", "HTTP", "sum", "--plain")]
    public async Task Command_ThatFails_EndsWithItsCode(int code, string said, params string[] arguments)
    {
        string http = shop.Http.Replace("http://", "tcp://", StringComparison.Ordinal);
        string[] resolved = [.. arguments.Select(argument => argument == "URL" ? shop.Url : argument == "HTTP" ? http : argument)];

        ToolRun run = await ToolProcess.RunAsync(resolved);

        Assert.True(run.ExitCode == code, $"{run.ExitCode}: {run.Errors}");
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Call_ConnectionIsLost_EndsWith5()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<ToolRun> running = ToolProcess.RunAsync("call", $"tcp://{listener.LocalEndpoint}", "sum", "--plain");
        using TcpClient connection = await listener.AcceptTcpClientAsync().InTime();
        Assert.True(await connection.GetStream().ReadAsync(new byte[1]).InTime() == 1);

        connection.Close();

        ToolRun run = await running;
        Assert.True(run.ExitCode == 5, $"{run.ExitCode}: {run.Errors}");
    }

    [Fact]
    public async Task Call_Interrupted_EndsWith130()
    {
        (ChildProcess listening, string url) = await ToolProcess.ListenAsync("listen", "tcp://127.0.0.1:0");
        await using ChildProcess process = listening;

        await process.InterruptAsync();

        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 130, $"{url}: {process.ExitCode}: {process.Errors}");
    }

    [Fact]
    public async Task Call_WithAToken_LogsIn()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.PathOf("token"), "open\n");
        await File.WriteAllTextAsync(folder.PathOf("wrong"), "closed\n");

        ToolRun ofFile = await ToolProcess.RunAsync("call", shop.Url, "secret", "--token-file", folder.PathOf("token"));
        ToolRun ofVariable = await ToolProcess.RunAsync(
            ["call", shop.Url, "secret", "--token-env", "TOKEN"], input: null, new Dictionary<string, string> { ["TOKEN"] = "open" });
        ToolRun refused = await ToolProcess.RunAsync("call", shop.Url, "secret", "--token-file", folder.PathOf("wrong"));

        Assert.Equal(new ToolRun(0, "\"secret\"", ""), ofFile);
        Assert.Equal(new ToolRun(0, "\"secret\"", ""), ofVariable);
        Assert.True(refused.ExitCode == 6, $"{refused.ExitCode}: {refused.Errors}");
        Assert.DoesNotContain("closed", refused.Errors, StringComparison.Ordinal);
    }
}
