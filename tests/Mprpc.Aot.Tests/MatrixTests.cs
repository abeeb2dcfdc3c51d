using System.Diagnostics;
using System.Reflection;

namespace Mprpc.Aot.Tests;

/// <summary>Every type in every place, what reflection does elsewhere, and [Authorize] wherever it stands, in a native binary.</summary>
[Collection(nameof(NativeSample))]
public sealed class MatrixTests(NativeSample sample)
{
    private static readonly TimeSpan RunTime = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Matrix_AsANativeBinary_ArrivesAsItWas()
    {
        NativePublish.SkipWhenMissing(NativePublish.WhyNot());
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mprpc-matrix-");

        try
        {
            string project = typeof(MatrixTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(attribute => attribute.Key == "Matrix").Value!;
            string log = await NativePublish.PublishAsync(project, folder.FullName, sample.BuildFolder);
            string binary = Path.Combine(folder.FullName, "Mprpc.Contracts.Aot");
            Assert.True(File.Exists(binary), log);

            using Process matrix = Process.Start(new ProcessStartInfo(binary) { RedirectStandardOutput = true })!;
            string output = await ReadAsync(matrix);

            Assert.True(matrix.ExitCode == 0, output);
            Assert.EndsWith("types, 0 wrong", output.TrimEnd(), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> ReadAsync(Process matrix)
    {
        try
        {
            string output = await matrix.StandardOutput.ReadToEndAsync().WaitAsync(RunTime);
            await matrix.WaitForExitAsync().WaitAsync(RunTime);
            return output;
        }
        catch (TimeoutException)
        {
            matrix.Kill();
            throw;
        }
    }
}
