using System.Diagnostics;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>A script in Debian's Python with its msgpack: what our bytes mean to others is not ours to say.</summary>
internal sealed class Python : IAsyncDisposable
{
    // The system's own, which python3-msgpack is installed for.
    private const string Interpreter = "/usr/bin/python3";

    private readonly Process _process;

    private Python(Process process) => _process = process;

    /// <summary>Skips the test on a machine without python3-msgpack; in continuous integration it fails.</summary>
    public static async Task RequireAsync()
    {
        bool isThere = false;

        if (File.Exists(Interpreter))
        {
            await using Python probe = Start("-c", "import msgpack; msgpack.Timestamp");
            (int exitCode, _) = await probe.EndAsync();
            isThere = exitCode == 0;
        }

        const string Otherwise = "python3-msgpack (1.0 or later) is not installed; it comes with the package of that name.";
        Assert.False(!isThere && string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), Otherwise);
        Assert.SkipUnless(isThere, Otherwise);
    }

    public static Python StartScript(string name, params string[] arguments) => Start([Path.Combine(AppContext.BaseDirectory, "Python", name), .. arguments]);

    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync().InTime();

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, string Output)> EndAsync()
    {
        Task<string> output = _process.StandardOutput.ReadToEndAsync();
        Task<string> errors = _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync().InTime();
        return (_process.ExitCode, await output + await errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().InTime();
        }

        _process.Dispose();
    }

    private static Python Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Interpreter, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        return new Python(Process.Start(start)!);
    }
}
