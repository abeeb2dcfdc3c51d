using System.Xml.Linq;

namespace Mprpc.Architecture.Tests;

/// <summary>Which project may know which: ARCHITECTURE.md draws the same arrows.</summary>
public sealed class ProjectGraphTests
{
    private static readonly Dictionary<string, string[]> _allowed = new(StringComparer.Ordinal)
    {
        ["Mprpc.Core"] = [],
        ["Mprpc.AspNetCore"] = ["Mprpc.Core"],
        ["Mprpc.AspNetCore.Explorer"] = ["Mprpc.AspNetCore"],
        ["Mprpc.Client"] = ["Mprpc.Core"],
        ["Mprpc.Tool"] = ["Mprpc.Client"],
        ["Mprpc.Testing"] = ["Mprpc.AspNetCore", "Mprpc.Client"],
        ["Mprpc.SourceGenerator"] = [],
        ["Mprpc.SourceGenerator.CodeFixes"] = [],
    };

    /// <summary>What a client needs to run: it must start where no ASP.NET Core is installed.</summary>
    private static readonly string[] _withoutAspNetCore =
    [
        "Mprpc.Core", "Mprpc.Client", "Mprpc.Tool", "Mprpc.SourceGenerator", "Mprpc.SourceGenerator.CodeFixes",
    ];

    [Fact]
    public void Projects_UnderSrc_ReferenceExactlyTheirNeighbours()
    {
        List<string> wrong = [];

        foreach (string project in Projects())
        {
            string name = Path.GetFileNameWithoutExtension(project);
            string[] actual = [.. Items(project, "ProjectReference").Where(item => !IsAnalyzer(item)).Select(Target).Order(StringComparer.Ordinal)];

            if (!_allowed.TryGetValue(name, out string[]? allowed))
            {
                wrong.Add($"{project}: unknown to this test; add it here and to the drawing in ARCHITECTURE.md");
            }
            else if (!actual.SequenceEqual(allowed))
            {
                wrong.Add($"{project}: references [{string.Join(", ", actual)}], allowed is [{string.Join(", ", allowed)}]");
            }
        }

        Expect.Nothing(wrong);
    }

    [Fact]
    public void Projects_ReferencedAsAnalyzers_AreTheSourceGeneratorAndItsCodeFixesOnly()
    {
        string[] analyzers = [.. Projects().SelectMany(project => Items(project, "ProjectReference")).Where(IsAnalyzer).Select(Target).Distinct()];

        Assert.All(analyzers, analyzer => Assert.Contains(analyzer, new[] { "Mprpc.SourceGenerator", "Mprpc.SourceGenerator.CodeFixes" }));
    }

    [Fact]
    public void Packages_OfEachLibrary_AreThoseOfItsLockFile()
    {
        string[] without =
        [
            .. Projects()
                .Where(project => !Repository.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")))
                .Select(project => $"{project}: has no packages.lock.json; dotnet restore writes it"),
        ];

        Expect.Nothing(without);
        Assert.Contains("--locked-mode", Repository.ReadText(".ci/run"), StringComparison.Ordinal);
    }

    [Fact]
    public void SharedBuildFiles_Always_AddNoProjectAndNoFrameworkReference()
    {
        string[] shared = [.. Repository.Files(".", ".props"), .. Repository.Files(".", ".targets")];

        string[] wrong = [.. shared.Where(file => Items(file, "ProjectReference").Any(item => !IsAnalyzer(item)) || Items(file, "FrameworkReference").Any())];

        Expect.Nothing(wrong);
    }

    [Fact]
    public void ProtocolAndClient_Always_DoWithoutAspNetCore()
    {
        List<string> wrong = [];

        foreach (string project in Projects().Where(path => _withoutAspNetCore.Contains(Path.GetFileNameWithoutExtension(path))))
        {
            wrong.AddRange(Items(project, "FrameworkReference").Select(item => $"{project}: FrameworkReference {Include(item)}"));
            wrong.AddRange(Items(project, "PackageReference").Select(Include)
                .Where(package => package.StartsWith("Microsoft.AspNetCore.", StringComparison.OrdinalIgnoreCase))
                .Select(package => $"{project}: PackageReference {package}"));

            string sdk = Load(project).Attribute("Sdk")?.Value ?? "";

            if (sdk != "Microsoft.NET.Sdk")
            {
                wrong.Add($"{project}: Sdk \"{sdk}\", expected \"Microsoft.NET.Sdk\"");
            }
        }

        Expect.Nothing(wrong);
    }

    [Fact]
    public void Projects_UnderSrc_CompileOnlyTheirOwnFolder()
    {
        // A file linked into two projects makes each of its internal types twice. The generator runs inside the compiler, so that no library can share a type
        // with it otherwise.
        string[] wrong =
        [
            .. Projects()
                .Where(project => Path.GetFileNameWithoutExtension(project) != "Mprpc.SourceGenerator")
                .Where(project => Items(project, "Compile").Any(item => Include(item).Contains("..", StringComparison.Ordinal))),
        ];

        Expect.Nothing(wrong);
    }

    [Fact]
    public void Projects_UnderSrcTestsAndSamples_AreInTheSolution()
    {
        string solution = Repository.ReadText("Mprpc.sln").Replace('\\', '/');

        string[] missing =
        [
            .. Projects().Concat(Repository.Files("tests", ".csproj")).Concat(Repository.Files("samples", ".csproj"))
                .Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal)),
        ];

        Expect.Nothing(missing);
    }

    private static List<string> Projects()
    {
        List<string> projects = Repository.Files("src", ".csproj");

        Assert.NotEmpty(projects);
        return projects;
    }

    private static XElement Load(string path) => XDocument.Load(Repository.FullPath(path)).Root!;

    private static IEnumerable<XElement> Items(string path, string kind) => Load(path).Descendants().Where(element => element.Name.LocalName == kind);

    private static string Include(XElement item) => item.Attribute("Include")?.Value ?? item.Attribute("Update")?.Value ?? "";

    private static string Target(XElement reference) => Path.GetFileNameWithoutExtension(Include(reference).Replace('\\', '/'));

    private static bool IsAnalyzer(XElement reference) =>
        Value(reference, "OutputItemType") == "Analyzer" && Value(reference, "ReferenceOutputAssembly") == "false";

    private static string? Value(XElement item, string metadata) =>
        item.Attribute(metadata)?.Value ?? item.Elements().FirstOrDefault(element => element.Name.LocalName == metadata)?.Value;
}
