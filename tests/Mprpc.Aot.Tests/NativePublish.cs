using System.Diagnostics;

namespace Mprpc.Aot.Tests;

/// <summary>Publishes a project as a native binary.</summary>
internal static class NativePublish
{
    // On two processors the sample takes about a minute, the matrix three; both share them with whatever else runs.
    private static readonly TimeSpan PublishTime = TimeSpan.FromMinutes(20);

    private static string? Linker => new[] { "clang", "gcc" }.FirstOrDefault(IsInPath);

    private static bool IsContinuousIntegration => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>What this machine lacks, or null.</summary>
    public static string? WhyNot()
        => !OperatingSystem.IsLinux() ? "The tests of native AOT run on Linux only."
            : Linker is null ? "Neither clang nor gcc is installed; native AOT links with one of them."
            : !File.Exists("/usr/include/zlib.h") ? "zlib's headers are not installed; they come with the package zlib1g-dev."
            : null;

    /// <summary>Skips the test on a machine without a native toolchain; in continuous integration it fails.</summary>
    public static void SkipWhenMissing(string? missing)
    {
        Assert.False(missing is not null && IsContinuousIntegration, missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
    }

    /// <summary>Publishes a project.</summary>
    /// <param name="project">The project's file.</param>
    /// <param name="output">Where the binary is put.</param>
    /// <param name="build">Where it is built, apart from what other projects are building just now. If it is new, the publish says all its warnings.</param>
    /// <returns>What the publish has said.</returns>
    public static async Task<string> PublishAsync(string project, string output, string build)
    {
        string linker = Linker!;
        string[] arguments =
        [
            "publish", project, "-c", "Release", "-o", output, "--artifacts-path", build, "--nologo", "--disable-build-servers",
            $"-p:CppCompilerAndLinker={linker}",
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        // What the running test host has set is not meant for a build.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process publish = Process.Start(start)!;
        Task<string> said = publish.StandardOutput.ReadToEndAsync();
        Task<string> errors = publish.StandardError.ReadToEndAsync();

        try
        {
            await publish.WaitForExitAsync().WaitAsync(PublishTime);
        }
        catch (TimeoutException)
        {
            publish.Kill(entireProcessTree: true);
            throw;
        }

        return await said + await errors;
    }

    private static bool IsInPath(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
