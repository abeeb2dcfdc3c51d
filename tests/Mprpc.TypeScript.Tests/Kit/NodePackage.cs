using System.Reflection;

namespace Mprpc.TypeScript.Tests.Kit;

/// <summary>clients/typescript: built once for all tests, with the compiler that its lock file names.</summary>
internal static class NodePackage
{
    private static readonly Lazy<Task> s_built = new(BuildAsync);

    public static string Folder { get; } = Path.Combine(Metadata("RepositoryRoot"), "clients", "typescript");

    public static string Metadata(string key)
        => typeof(NodePackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    public static string Node() => Requirement.Program("node", "nodejs");

    /// <summary>What the tests need is there, and the package is built as its sources are.</summary>
    public static async Task RequireAsync()
    {
        Node();
        Requirement.IsMet(
            File.Exists(PathOf("node_modules", ".package-lock.json")), "The packages of clients/typescript are not installed. Run tests/peers/install.sh.");
        await s_built.Value;
    }

    /// <summary>A file of the package.</summary>
    public static string PathOf(params string[] names) => Path.Combine([Folder, .. names]);

    /// <summary>Runs a script of the package's tests to its end.</summary>
    public static async Task RunAsync(params string[] arguments)
    {
        await using ChildProcess node = Start(arguments);
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, $"{string.Join(' ', arguments)}: {node.Output}{node.Errors}");
    }

    /// <param name="arguments">A script in the folder of the built tests, and its arguments.</param>
    /// <returns>The process, which says "ready" when it is.</returns>
    public static ChildProcess Start(params string[] arguments)
        => ChildProcess.Start(Node(), [PathOf("build", arguments[0]), .. arguments[1..]], expectedLine: "ready");

    private static async Task BuildAsync()
    {
        await using ChildProcess build = ChildProcess.Start(Node(), [PathOf("build.mjs"), "--tests", "--if-changed"]);
        await build.WaitForExitAsync();
        Assert.True(build.ExitCode == 0, $"{build.Output}{build.Errors}");
    }
}
