using System.Reflection;
using System.Text.Json;

namespace Mprpc.Tool.Tests.Kit;

/// <summary>The tool as a user runs it: a process of its own.</summary>
internal static class ToolProcess
{
    // Completion keeps the names of methods there: not in the home of who runs the tests.
    private static readonly DirectoryInfo _cache = Directory.CreateTempSubdirectory("mprpc-cache");

    private static readonly Dictionary<string, string> _environment = new() { ["XDG_CACHE_HOME"] = _cache.FullName, ["NO_COLOR"] = "1" };

    /// <summary>Where its build has put it, with all that it needs: the folder of the tests lacks what ASP.NET Core brings along.</summary>
    public static string Program => PathOf("src", "Mprpc.Tool", "bin", Metadata("Configuration"), "net10.0", "mprpc.dll");

    /// <summary>Runs the tool to its end.</summary>
    public static Task<ToolRun> RunAsync(params string[] arguments) => RunAsync(arguments, input: null);

    public static Task<ToolRun> RunAsync(string[] arguments, string? input, IReadOnlyDictionary<string, string>? environment = null)
        => RunAsync("dotnet", [Program, .. arguments], input, environment);

    /// <summary>Runs a tool that was installed to its end, which is to be a good one.</summary>
    /// <returns>What it has printed.</returns>
    public static async Task<string> InstalledOutputAsync(string tool, params string[] arguments)
    {
        ToolRun run = await RunAsync(tool, arguments, input: null, environment: null);
        Assert.True(run.ExitCode == 0, $"{tool} {string.Join(' ', arguments)} ended with {run.ExitCode}: {run.Errors}");
        return run.Output;
    }

    /// <summary>Runs the tool to its end, which is to be a good one.</summary>
    /// <returns>What it has printed.</returns>
    public static async Task<string> OutputAsync(params string[] arguments)
    {
        ToolRun run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)} ended with {run.ExitCode}: {run.Errors}");
        return run.Output;
    }

    /// <summary>Runs the tool to its end, and reads what it has printed as JSON.</summary>
    public static async Task<JsonElement> JsonAsync(params string[] arguments) => JsonElement.Parse(await OutputAsync(arguments));

    /// <summary>Starts a command that listens, and waits until it does.</summary>
    /// <returns>The process, and where it listens.</returns>
    public static async Task<(ChildProcess Process, string Url)> ListenAsync(params string[] arguments)
    {
        ChildProcess tool = ChildProcess.Start("dotnet", [Program, .. arguments], expectedLine: "Listening on ", environment: _environment);

        try
        {
            return (tool, (await tool.WaitForLineAsync()).Split(' ')[2].TrimEnd(','));
        }
        catch
        {
            await tool.DisposeAsync();
            throw;
        }
    }

    public static void DeleteCache() => _cache.Delete(recursive: true);

    public static string Metadata(string key)
        => typeof(ToolProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    /// <summary>A file of the repository.</summary>
    public static string PathOf(params string[] names) => Path.Combine([Metadata("RepositoryRoot"), .. names]);

    private static async Task<ToolRun> RunAsync(string program, string[] arguments, string? input, IReadOnlyDictionary<string, string>? environment)
    {
        var variables = new Dictionary<string, string>([.. _environment, .. environment ?? new Dictionary<string, string>()]);
        await using ChildProcess tool = ChildProcess.Start(program, arguments, input: input, environment: variables);
        await tool.WaitForExitAsync();
        return new ToolRun(tool.ExitCode, tool.Output.ReplaceLineEndings("\n").TrimEnd('\n'), tool.Errors.ReplaceLineEndings("\n").TrimEnd('\n'));
    }
}
