using System.Reflection;

namespace Mprpc.Interop.Tests.Kit;

/// <summary>The repository that these tests were built in.</summary>
internal static class Repository
{
    public static string PathOf(string path) => Path.GetFullPath(Path.Combine(Metadata("RepositoryRoot"), path));

    public static string SampleOf(string name) => PathOf(Path.Combine("samples", name, Metadata("SampleOutput"), name + ".dll"));

    private static string Metadata(string key)
        => typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
