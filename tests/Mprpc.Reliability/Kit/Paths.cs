using System.Reflection;

namespace Mprpc.Reliability.Kit;

/// <summary>Where things are in the repository that these tests were built in.</summary>
internal static class Paths
{
    public static string Server => Repository(Path.Combine("tests", "Mprpc.Reliability.Server", Metadata("ServerOutput"), "Mprpc.Reliability.Server.dll"));

    public static string Pair => Repository(Path.Combine("tests", "Mprpc.Reliability.Pair", Metadata("ServerOutput"), "Mprpc.Reliability.Pair.dll"));

    public static string Results => Repository(Path.Combine("artifacts", "reliability.md"));

    public static string Repository(string path) => Path.GetFullPath(Path.Combine(Metadata("RepositoryRoot"), path));

    private static string Metadata(string key)
        => typeof(Paths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
