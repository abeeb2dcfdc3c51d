using System.Diagnostics;
using System.Reflection;

namespace Mprpc.Aot.Tests;

/// <summary>The command mprpc as a native binary, as docs/tool.md has it published.</summary>
[Collection(nameof(NativeSample))]
public sealed class ToolTests(NativeSample sample, ITestOutputHelper output)
{
    private static readonly TimeSpan RunTime = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Tool_AsANativeBinary_ListsCallsAndMeasures()
    {
        NativePublish.SkipWhenMissing(NativePublish.WhyNot());
        await using RunningSample server = await RunningSample.StartNativeAsync(sample.Binary.FullName, "--environment", "Development");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mprpc-tool-");

        try
        {
            string project = typeof(ToolTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Tool").Value!;
            string log = await NativePublish.PublishAsync(project, folder.FullName, sample.BuildFolder);
            string tool = Path.Combine(folder.FullName, "mprpc");
            Assert.True(File.Exists(tool), log);
            Assert.DoesNotContain("warning", log, StringComparison.OrdinalIgnoreCase);
            output.WriteLine($"binary: {new FileInfo(tool).Length / 1e6:N1} MB");

            Assert.Equal("describe\nsum\n", await RunAsync(tool, "list", server.Address));
            Assert.Equal("3\n", await RunAsync(tool, "call", server.Address, "sum", "1", "2"));
            Assert.Equal("[2,2.0]\n", await RunAsync(tool, "call", server.Address, "describe", "[1, 2.75]", "Whole"));
            string report = await RunAsync(tool, "bench", server.Address, "sum", "1", "2", "--duration", "200ms", "--warm-up", "50ms");
            Assert.Contains("calls/s", report, StringComparison.Ordinal);
            Assert.Contains("class Server:", await RunAsync(tool, "generate", "python", server.Address), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XDG_CACHE_HOME"] = Path.GetDirectoryName(tool);     // where completion keeps names of methods: not in the home of who runs the tests
        using Process run = Process.Start(start)!;

        try
        {
            string[] said = await Task.WhenAll(run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync()).WaitAsync(RunTime);
            await run.WaitForExitAsync().WaitAsync(RunTime);
            Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {said[0]}{said[1]}");
            return said[0];
        }
        catch (TimeoutException)
        {
            run.Kill();
            throw;
        }
    }
}
