using System.Reflection;

namespace Mprpc.Architecture.Tests;

/// <summary>The files of the repository that these tests were built in, without build output.</summary>
internal static class Repository
{
    private static readonly HashSet<string> _skipped = new(StringComparer.Ordinal)
    {
        ".git", ".vs", ".vscode", ".idea", "bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", "node_modules",
    };

    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string FullPath(string path) => Path.GetFullPath(Path.Combine(Root, path));

    public static bool Exists(string path) => File.Exists(FullPath(path)) || Directory.Exists(FullPath(path));

    public static string[] ReadLines(string path) => File.ReadAllLines(FullPath(path));

    public static string ReadText(string path) => File.ReadAllText(FullPath(path));

    /// <summary>Paths from the root, with forward slashes, of all files below <paramref name="folder"/> that end with <paramref name="suffix"/>.</summary>
    public static List<string> Files(string folder, string suffix)
    {
        var found = new List<string>();

        Collect(new DirectoryInfo(FullPath(folder)), suffix, found);
        found.Sort(StringComparer.Ordinal);

        return found;
    }

    /// <summary>
    /// Paths from the root of all folders that hold files, below <paramref name="folder"/> and down to <paramref name="depth"/> names. A folder that holds only
    /// build output,
    /// as a change of branches leaves it, is none.
    /// </summary>
    public static List<string> Folders(string folder, int depth) =>
    [
        .. Files(folder, "")
            .Select(file => file.Split('/'))
            .SelectMany(names => Enumerable.Range(2, depth - 1).Where(count => count < names.Length).Select(count => string.Join('/', names[..count])))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    private static void Collect(DirectoryInfo folder, string suffix, List<string> found)
    {
        if (!folder.Exists)
        {
            return;
        }

        foreach (FileInfo file in folder.EnumerateFiles())
        {
            if (file.Name.EndsWith(suffix, StringComparison.Ordinal))
            {
                found.Add(Relative(file.FullName));
            }
        }

        foreach (DirectoryInfo child in folder.EnumerateDirectories())
        {
            if (!_skipped.Contains(child.Name))
            {
                Collect(child, suffix, found);
            }
        }
    }

    private static string Relative(string fullPath) => Path.GetRelativePath(Root, fullPath).Replace('\\', '/');
}
