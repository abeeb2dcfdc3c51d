using System.Reflection;
using Mprpc.Aot.Tests;

[assembly: AssemblyFixture(typeof(NativeSample))]

namespace Mprpc.Aot.Tests;

/// <summary>samples/Aot, published once as a native binary, from scratch: an incremental publish would not repeat its warnings.</summary>
public sealed class NativeSample : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mprpc-aot-");
    private string? _missing;
    private string _log = "";

    /// <summary>What the publish has said. Skips the test on a machine without a native toolchain; in continuous integration it fails.</summary>
    public string PublishLog
    {
        get
        {
            NativePublish.SkipWhenMissing(_missing);
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

    /// <summary>Where the libraries were built that the sample needs: another publish need not build them again.</summary>
    public string BuildFolder => Path.Combine(_folder.FullName, "build");

    /// <summary>The same sample as the build has left it, for the JIT.</summary>
    public static string Managed => Path.Combine(Metadata("Sample"), Metadata("SampleOutput"), "Aot.dll");

    public async ValueTask InitializeAsync()
    {
        _missing = NativePublish.WhyNot();

        if (_missing is null)
        {
            _log = await NativePublish.PublishAsync(Path.Combine(Metadata("Sample"), "Aot.csproj"), Path.Combine(_folder.FullName, "out"), BuildFolder);
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string Metadata(string key)
        => typeof(NativeSample).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
