using System.Diagnostics;
using System.Reflection;
using Mprpc.Aot.Tests;

[assembly: AssemblyFixture(typeof(NativeSample))]

namespace Mprpc.Aot.Tests;

/// <summary>samples/Aot, published once as a native binary, from scratch: an incremental publish would not repeat its warnings.</summary>
public sealed class NativeSample : IAsyncLifetime
{
    // A publish takes about a minute on two processors.
    private static readonly TimeSpan PublishTime = TimeSpan.FromMinutes(10);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mprpc-aot-");
    private string? _missing;
    private string _log = "";

    /// <summary>What the publish has said. Skips the test on a machine without a native toolchain; in continuous integration it fails.</summary>
    public string PublishLog
    {
        get
        {
            Assert.False(_missing is not null && IsContinuousIntegration, _missing);
            Assert.SkipWhen(_missing is not null, _missing ?? "");
            return _log;
        }
    }

    public FileInfo Binary
    {
        get
        {
            string path = Path.Combine(_folder.FullName, "out", "Aot");
            Assert.True(PublishLog.Length > 0 && File.Exists(path), PublishLog);
            return new FileInfo(path);
        }
    }

    /// <summary>The same sample as the build has left it, for the JIT.</summary>
    public static string Managed => Path.Combine(Metadata("Sample"), Metadata("SampleOutput"), "Aot.dll");

    private static bool IsContinuousIntegration => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    public async ValueTask InitializeAsync()
    {
        string? linker = new[] { "clang", "gcc" }.FirstOrDefault(IsInPath);
        _missing = !OperatingSystem.IsLinux() ? "The tests of native AOT run on Linux only."
            : linker is null ? "Neither clang nor gcc is installed; native AOT links with one of them."
            : !File.Exists("/usr/include/zlib.h") ? "zlib's headers are not installed; they come with the package zlib1g-dev."
            : null;

        if (_missing is null)
        {
            _log = await PublishAsync(linker!);
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<string> PublishAsync(string linker)
    {
        string[] arguments =
        [
            "publish", Path.Combine(Metadata("Sample"), "Aot.csproj"), "-c", "Release", "-o", Path.Combine(_folder.FullName, "out"),
            "--artifacts-path", Path.Combine(_folder.FullName, "build"),        // apart from what other projects are building just now
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

    private static string Metadata(string key)
        => typeof(NativeSample).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
