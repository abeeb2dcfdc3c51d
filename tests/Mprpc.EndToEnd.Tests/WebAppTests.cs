using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mprpc.Client;

namespace Mprpc.EndToEnd.Tests;

/// <summary>samples/WebApp and samples/Client, as the README has a user run them.</summary>
[Collection(SampleApplication.Name)]
public sealed class WebAppTests
{
    [Fact]
    public async Task RawBytes_OfARequest_AreAnsweredByteForByte()
    {
        await using ChildProcess app = await Sample.StartWebAppAsync(Requirement.AnyFreePort());
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Sample.RpcPort).InTime();
        await using var stream = new NetworkStream(socket);
        using var answer = new MemoryStream();

        await stream.WriteAsync(Convert.FromHexString("940001a373756d920102")).AsTask().InTime();
        socket.Shutdown(SocketShutdown.Send);
        await stream.CopyToAsync(answer).InTime();

        Assert.Equal("940101c003", Convert.ToHexStringLower(answer.ToArray()));
    }

    [Fact]
    public async Task Http_BesideRpc_IsServedByTheSameServices()
    {
        int port = Requirement.AnyFreePort();
        await using ChildProcess app = await Sample.StartWebAppAsync(port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await using var rpc = new MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");

        string sum = await http.GetStringAsync(new Uri("/sum?x=1&y=2", UriKind.Relative)).InTime();
        await rpc.CallAsync("add_todo", "from rpc", 7).AsTask().InTime();
        string todos = await http.GetStringAsync(new Uri("/todos", UriKind.Relative)).InTime();
        var exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => rpc.CallAsync("add_todo", "").AsTask().InTime());

        Assert.Equal("3", sum);
        Assert.Contains("from rpc", todos, StringComparison.Ordinal);
        Assert.Equal("A todo needs a title.", exception.Message);
    }

    [Fact]
    public async Task Arguments_ThatAnnotationsForbid_AreRefused()
    {
        await using ChildProcess app = await Sample.StartWebAppAsync(Requirement.AnyFreePort());
        await using var rpc = new MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");

        var ofParameter = await Assert.ThrowsAsync<MprpcRemoteException>(() => rpc.CallAsync("add_todo", "x", 10).AsTask().InTime());
        var ofMember = await Assert.ThrowsAsync<MprpcRemoteException>(
            () => rpc.CallAsync("add_todos", new List<object> { new { Title = "x" }, new { Title = "y", Priority = 10 } }).AsTask().InTime());

        Assert.Contains("priority must be between 0 and 9", ofParameter.Message, StringComparison.Ordinal);
        Assert.Contains("todos[1].Priority must be between 0 and 9", ofMember.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Urls_OnTheCommandLine_MoveHttpOnly()
    {
        int port = Requirement.AnyFreePort();
        await using ChildProcess app = await Sample.StartWebAppAsync(port);
        using var http = new HttpClient();
        await using var rpc = new MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");

        string page = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/")).InTime();
        int sum = await rpc.CallAsync<int>("sum", 1, 2).InTime();

        Assert.Contains("HTTP", page, StringComparison.Ordinal);
        Assert.Equal(3, sum);
        Assert.Contains($"HTTP:            http://127.0.0.1:{port}\n", app.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);

        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(new[] { Sample.RpcPort, port }.Order(), app.ListeningPorts());
        }
    }

    [Fact]
    public async Task Root_InDevelopment_LeadsToAPageThatCalls()
    {
        int port = Requirement.AnyFreePort();
        await using ChildProcess app = await Sample.StartWebAppAsync(
            [Sample.PathOf("WebApp"), "--urls", $"http://127.0.0.1:{port}"],
            new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development" });
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        http.DefaultRequestHeaders.Add("X-Mprpc-Explorer", "1");

        using HttpResponseMessage page = await http.GetAsync(new Uri("/", UriKind.Relative)).InTime();
        string description = await http.GetStringAsync(new Uri("/mprpc/api/description", UriKind.Relative)).InTime();
        using HttpResponseMessage call = await http.PostAsync(
            new Uri("/mprpc/api/call", UriKind.Relative), new StringContent("""{"endpoint": 0, "method": "sum", "args": [1, 2]}""")).InTime();

        Assert.Equal("/mprpc/", page.RequestMessage?.RequestUri?.AbsolutePath);
        Assert.Contains("<title>Mprpc explorer</title>", await page.Content.ReadAsStringAsync().InTime(), StringComparison.Ordinal);
        Assert.Contains("\"sum\"", description, StringComparison.Ordinal);
        Assert.DoesNotContain("clear_todos", description, StringComparison.Ordinal);
        Assert.StartsWith("""{"result":3,""", await call.Content.ReadAsStringAsync().InTime(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CtrlC_WhenIdle_EndsTheProcessAtOnceWithCodeZero()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        await using ChildProcess app = await Sample.StartWebAppAsync(Requirement.AnyFreePort());
        await using MprpcClient idle = await MprpcClient.ConnectAsync($"tcp://127.0.0.1:{Sample.RpcPort}");
        var watch = Stopwatch.StartNew();

        await app.InterruptAsync();
        await app.WaitForExitAsync();

        Assert.Equal(0, app.ExitCode);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));     // a host that waits for something gives up after 30 s
    }

    [Fact]
    public async Task SampleClient_AgainstTheSampleServer_CallsWithATimeoutAndCancels()
    {
        await using ChildProcess app = await Sample.StartWebAppAsync(Requirement.AnyFreePort());

        string output = await ChildProcess.RunAsync("dotnet", [Sample.PathOf("Client")]);
        await Bounded.Until(() => app.Output.Contains("A caller no longer waits for a todo", StringComparison.Ordinal), "the end of the cancelled call");

        Assert.Equal("3\nNo todo has come.\nNo longer waiting.", output.ReplaceLineEndings("\n").Trim());
        Assert.Matches(
            @"A caller waits for a todo until \d{4}-[^\n]*\n(.*\n)*.*A caller waits for a todo until it cancels",
            app.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task NextTodo_IsAdded_IsTheAnswerOfWhoWaits()
    {
        await using ChildProcess app = await Sample.StartWebAppAsync(Requirement.AnyFreePort());
        await using var rpc = new MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");

        Task<Dictionary<string, object>> waiting = rpc.CallAsync<Dictionary<string, object>>("next_todo").AsTask();
        await Bounded.Until(() => app.Output.Contains("A caller waits for a todo", StringComparison.Ordinal), "the call");
        await rpc.CallAsync("add_todo", "tea").AsTask().InTime();

        Assert.Equal("tea", (await waiting.InTime())["Title"]);
    }

    [Fact]
    public async Task Python_WithMsgpack_CallsSumAndEcho()
    {
        const string Python = "/usr/bin/python3";
        Requirement.IsMet(File.Exists(Python) && await HasMsgpackAsync(Python), "python3 has no msgpack; it comes with the package python3-msgpack.");
        await using ChildProcess app = await Sample.StartWebAppAsync(Requirement.AnyFreePort());

        string output = await ChildProcess.RunAsync(Python, ["-"], input: """
            import msgpack, socket

            connection = socket.create_connection(("127.0.0.1", 6000), timeout=30)
            unpacker = msgpack.Unpacker(raw=False)

            def call(msgid, method, *params):
                connection.sendall(msgpack.packb([0, msgid, method, list(params)]))
                while True:
                    for kind, answered, error, result in unpacker:
                        assert (kind, answered, error) == (1, msgid, None), (kind, answered, error)
                        return result
                    received = connection.recv(65536)
                    assert received, "closed"
                    unpacker.feed(received)

            print(call(1, "sum", 1, 2))

            values = [None, True, False, 0, -1, -2**63, 2**64 - 1, 1.5, "", "text", "x" * 40, "é€", b"", b"\xff\x00", b"y" * 70000,
                      [], [1, [2, [3]]], {}, {"a": {"b": 1}}, msgpack.ExtType(5, b"ext"), msgpack.Timestamp(1, 2)]
            for msgid, value in enumerate(values):
                assert call(msgid, "echo", value) == value, value
            print("echoed", len(values))
            """);

        Assert.Equal("3\nechoed 21", output.ReplaceLineEndings("\n").Trim());
    }

    [Fact]
    public async Task Neovim_ByRpcrequest_CallsSum()
    {
        string nvim = Requirement.Program("nvim", "neovim");
        await using ChildProcess app = await Sample.StartWebAppAsync(Requirement.AnyFreePort());

        string output = await ChildProcess.RunAsync(nvim,
        [
            "--headless", "--clean",
            "-c", "let ch = sockconnect('tcp', '127.0.0.1:6000', {'rpc': v:true})",
            "-c", "call writefile([rpcrequest(ch, 'sum', 1, 2), rpcrequest(ch, 'echo', 'text')], '/dev/stdout')",
            "-c", "qa!",
        ]);

        Assert.Equal("3\ntext", output.ReplaceLineEndings("\n").Trim());
    }

    private static async Task<bool> HasMsgpackAsync(string python)
    {
        await using ChildProcess probe = ChildProcess.Start(python, ["-c", "import msgpack"]);
        await probe.WaitForExitAsync();
        return probe.ExitCode == 0;
    }
}
