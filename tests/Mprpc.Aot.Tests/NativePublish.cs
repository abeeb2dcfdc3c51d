using System.Diagnostics;

namespace Mprpc.Aot.Tests;

/// <summary>Publishes a project as a native binary.</summary>
internal static class NativePublish
{
    // A publish takes about a minute on two processors.
    private static readonly TimeSpan PublishTime = TimeSpan.FromMinutes(10);

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

    /// <summary>Publishes a project from scratch: an incremental publish would not repeat its warnings.</summary>
    /// <returns>What the publish has said.</returns>
    public static async Task<string> PublishAsync(string project, string folder)
    {
        string linker = Linker!;
        string[] arguments =
        [
            "publish", project, "-c", "Release", "-o", Path.Combine(folder, "out"),
            "--artifacts-path", Path.Combine(folder, "build"),        // apart from what other projects are building just now
            "--nologo", "--disable-build-servers", $"-p:CppCompilerAndLinker={linker}",
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
        Task<string> output = publish.StandardOutput.ReadToEndAsync();
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

        return await output + await errors;
    }

    private static bool IsInPath(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
