using System.Text.Json.Nodes;
using Mprpc.Client;

namespace Mprpc.EndToEnd.Tests;

/// <summary>A server with the switch <c>Mprpc.Sockets.UsePoller</c> on and off: off, it runs on Linux as it does elsewhere.</summary>
[Collection(SampleApplication.Name)]
public sealed class PortableSocketsTests : IDisposable
{
    private const string Thread = "Mprpc sockets";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Server_WithOrWithoutThePoller_AnswersAndEndsInGoodOrder(bool usePoller)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is a poller on Linux alone.");
        await using ChildProcess app = await StartAsync(usePoller);
        await using var client = new MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");

        int[] sums = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.CallAsync<int>("sum", i, 1).AsTask())).InTime();
        bool isPolled = ThreadsOf(app).Contains(Thread);
        await app.TerminateAsync();
        await app.WaitForExitAsync();

        Assert.Equal(Enumerable.Range(1, 200), sums);
        Assert.Equal(usePoller, isPolled);
        Assert.Equal(0, app.ExitCode);
    }

    private static IEnumerable<string> ThreadsOf(ChildProcess process)
        => Directory.GetDirectories($"/proc/{process.Id}/task").Select(thread => File.ReadAllText(Path.Combine(thread, "comm")).TrimEnd());

    /// <summary>Starts samples/WebApp with a configuration of the runtime that differs in the switch.</summary>
    private async Task<ChildProcess> StartAsync(bool usePoller)
    {
        string program = Sample.PathOf("WebApp");
        string configuration = _folder.PathOf("WebApp.runtimeconfig.json");
        JsonNode settings = JsonNode.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(program, ".runtimeconfig.json")))!;
        settings["runtimeOptions"]!["configProperties"]!["Mprpc.Sockets.UsePoller"] = usePoller;
        await File.WriteAllTextAsync(configuration, settings.ToJsonString());

        return await Sample.StartWebAppAsync(
            [
                "exec", "--runtimeconfig", configuration, "--depsfile", Path.ChangeExtension(program, ".deps.json"), program, "--urls",
                $"http://127.0.0.1:{Requirement.AnyFreePort()}",
            ]);
    }
}
