using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>Each diagnostic has a page whose first sample fires it, and nothing else, and whose second one does not.</summary>
public sealed partial class DiagnosticsTests
{
    private static readonly string Folder = Path.Combine(
        typeof(DiagnosticsTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryRoot").Value!, "docs", "diagnostics");

    public static TheoryData<string> Ids => [.. new ContractAnalyzer().SupportedDiagnostics.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Page_Samples_FireAndDoNotFire(string id)
    {
        string page = await File.ReadAllTextAsync(Path.Combine(Folder, $"{id}.md"));
        string[] samples = [.. Sample().Matches(page).Select(match => match.Groups[1].Value)];
        DiagnosticDescriptor rule = new ContractAnalyzer().SupportedDiagnostics.Single(rule => rule.Id == id);

        List<Diagnostic> bad = await Source.AnalyzeAsync(samples[0]);
        List<Diagnostic> good = await Source.AnalyzeAsync(samples[1]);

        Assert.Equal(2, samples.Length);
        Assert.StartsWith($"# {id}: {rule.Title}\n\nSeverity: {rule.DefaultSeverity.ToString().ToLowerInvariant()}.\n", page, StringComparison.Ordinal);
        Assert.All(bad, diagnostic => Assert.Equal(id, diagnostic.Id));
        Assert.NotEmpty(bad);
        Assert.Empty(good);
    }

    [Theory]
    [InlineData("MPRPC002", "void M(ref int x);")]
    [InlineData("MPRPC002", "void M(out int x);")]
    [InlineData("MPRPC002", "void M(in int x);")]
    [InlineData("MPRPC002", "void M(Span<byte> x);")]
    [InlineData("MPRPC002", "unsafe void M(int* x);")]
    [InlineData("MPRPC005", "ref int M();")]
    [InlineData("MPRPC005", "ReadOnlySpan<byte> M();")]
    [InlineData("MPRPC018", "Task<IAsyncEnumerable<int>> M();")]
    [InlineData("MPRPC018", "ValueTask<IAsyncEnumerable<int>> M();")]
    [InlineData("MPRPC018", "IAsyncEnumerable<IAsyncEnumerable<int>> M();")]
    [InlineData("MPRPC018", "IAsyncEnumerable<int>[] M();")]
    [InlineData("MPRPC018", "Task M(List<IAsyncEnumerable<int>> x);")]
    [InlineData("MPRPC018", "Task M((int, IAsyncEnumerable<int>[]) x);")]
    [InlineData("MPRPC018", "Task M(params IAsyncEnumerable<int>[] x);")]
    [InlineData("MPRPC018", "void M(IAsyncEnumerable<int> x);")]
    [InlineData(
        "MPRPC018",
        "Task M(Own x); public class Own : IAsyncEnumerable<int> { public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken t) => null!; }")]
    [InlineData("MPRPC018", "Task M(Data x); public class Data { public IAsyncEnumerable<int>? X { get; set; } }")]
    [InlineData("MPRPC018", "IAsyncEnumerable<Data> M(); public class Data { public List<IAsyncEnumerable<int>>? X { get; set; } }")]
    [InlineData("MPRPC020", "IAsyncEnumerable<Type> M();")]
    [InlineData("MPRPC020", "Task M(IAsyncEnumerable<Action> x);")]
    [InlineData("MPRPC003", "void A(); [MprpcMethod(\"a\")] void B();")]
    [InlineData("MPRPC004", "void M(CancellationToken a, CancellationToken b);")]
    [InlineData("MPRPC006", "event EventHandler E;")]
    [InlineData("MPRPC006", "int this[int i] { get; }")]
    [InlineData("MPRPC008", "static abstract void M();")]
    [InlineData("MPRPC020", "Task<Type> M();")]
    [InlineData("MPRPC020", "void M(Dictionary<string, System.Reflection.MethodInfo[]> x);")]
    [InlineData("MPRPC020", "void M(Action x);")]
    [InlineData("MPRPC020", "void M((int, System.Globalization.CultureInfo) x);")]
    [InlineData("MPRPC020", "void M(IServiceProvider services);")]
    [InlineData("MPRPC018", "Task M(System.IO.FileStream x);")]
    [InlineData("MPRPC018", "Task<System.IO.MemoryStream> M();")]
    [InlineData("MPRPC018", "void M(System.IO.Stream x);")]
    [InlineData("MPRPC018", "Task<List<System.IO.Stream>> M();")]
    [InlineData("MPRPC018", "IAsyncEnumerable<System.IO.Stream> M();")]
    [InlineData("MPRPC018", "Task M(System.IO.Pipelines.PipeReader[] x);")]
    [InlineData("MPRPC018", "Task M(Data x); public class Data { public System.IO.Pipelines.PipeReader? X { get; set; } }")]
    [InlineData("MPRPC020", "void M(System.Collections.Specialized.ListDictionary x);")]
    [InlineData(null, "void M(int a, MprpcCallContext context, CancellationToken token);")]
    [InlineData(null, "void M(int a = 1, [FromServices] IServiceProvider provider = null!);")]
    [InlineData(null, "[MprpcIgnore] void M<T>(ref T x);")]
    [InlineData(null, "void A(); [MprpcMethod(\"b\")] void A(int x);")]
    [InlineData(null, "IAsyncEnumerable<int> M(CancellationToken token);")]
    [InlineData(null, "[MprpcStream(Prefetch = 1)] IAsyncEnumerable<int> M(IAsyncEnumerable<List<string?>?>? x = null);")]
    [InlineData(null, "ValueTask<int> M(int x, IAsyncEnumerable<byte[]> y, IAsyncEnumerable<object?> z);")]
    [InlineData(null, "void M([FromServices] IAsyncEnumerable<int> x);")]
    [InlineData(null, "System.IO.Stream A(System.IO.Pipelines.PipeReader x); Task<System.IO.Stream> B(System.IO.Stream? x = null);")]
    [InlineData(null, "System.IO.Pipelines.PipeReader A(); ValueTask<System.IO.Pipelines.PipeReader> B(); void M([FromServices] System.IO.Stream x);")]
    [InlineData(null, "private static int Own { get; set; }")]
    public async Task Contract_WithMember_SaysSoOrNothing(string? id, string member)
    {
        List<Diagnostic> found = await Source.AnalyzeAsync($$"""
            [MprpcService]
            public interface IContract
            {
                {{member}}
            }
            """);

        if (id is null)
        {
            Assert.Empty(found);
        }
        else
        {
            Assert.Equal(id, Assert.Single(found).Id);
        }
    }

    [Fact]
    public async Task Overloads_WithOneName_AreToldApart()
    {
        Diagnostic found = Assert.Single(
            await Source.AnalyzeAsync("[MprpcService] public class S { public int M(int x) => x; public int M(List<string> x, long y) => 1; }"));

        Assert.Contains("S.M(int) and S.M(List<string>, long) have the same name", found.GetMessage(null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainClass_NotMapped_MayHaveAnyMethod()
        => Assert.Empty(await Source.AnalyzeAsync("public class Plain { public void M<T>(ref T x) { } }"));

    [Fact]
    public async Task PlainClass_MappedTwice_IsReportedOnceAtTheMethod()
    {
        const string text = """
            public class Plain { public void M<T>(T x) { } }
            public static class Program
            {
                public static void Map(IEndpointRouteBuilder app)
                {
                    app.MapMprpcService<Plain>(6000);
                    app.MapMprpcService<Plain>("tcp://127.0.0.1:0");
                }
            }
            """;

        Diagnostic diagnostic = Assert.Single(await Source.AnalyzeAsync(text));

        Assert.Equal("MPRPC001", diagnostic.Id);
        Assert.Equal("M", text.Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length));
    }

    [Fact]
    public async Task MethodOfALibrary_Mapped_IsReportedAtTheCall()
    {
        MetadataReference library = Source.Library("Theirs", ["public class Plain { public void M<T>(T x) { } }"]);
        Compilation user = Source.Compile(
            "public static class Program { public static void Map(IEndpointRouteBuilder app) => app.MapMprpcService<Plain>(6000); }").AddReferences(library);

        Diagnostic diagnostic = Assert.Single(await Source.AnalyzeAsync(user));

        Assert.Equal("MPRPC001", diagnostic.Id);
        Assert.True(diagnostic.Location.IsInSource);
    }

    [Theory]
    [InlineData(false, DiagnosticSeverity.Info)]
    [InlineData(true, DiagnosticSeverity.Warning)]
    public async Task Unreachable_UnderNativeAot_IsAWarning(bool isAot, DiagnosticSeverity expected)
    {
        Compilation compilation = Source.Compile("public class Outer { [MprpcService] private class Service { public int M() => 1; } }");

        Diagnostic diagnostic = Assert.Single(await Source.AnalyzeAsync(compilation, isAot));

        Assert.Equal(("MPRPC008", expected), (diagnostic.Id, diagnostic.Severity));
    }

    [Theory]
    [InlineData("file class Local { public int M() => 1; }", "app.MapMprpcService<Local>(1);")]
    [InlineData("", "Generic<string>(app);")]
    public async Task Service_ThatCannotBeNamed_IsReported(string declaration, string call)
    {
        List<Diagnostic> found = await Source.AnalyzeAsync($$"""
            {{declaration}}
            public static class Program
            {
                public static void Map(IEndpointRouteBuilder app) { {{call}} }

                private static void Generic<TService>(IEndpointRouteBuilder app) where TService : class
                    {{(call.StartsWith("Generic", StringComparison.Ordinal) ? "=> app.MapMprpcService<TService>(1);" : "{ }")}}
            }
            """);

        Assert.Equal("MPRPC008", Assert.Single(found).Id);
    }

    [Fact]
    public async Task Synchronous_OnTheServerOnly_IsNotReported()
        => Assert.Empty(await Source.AnalyzeAsync("""
            [MprpcService] public interface ICalculator { int Sum(int x, int y); }
            public class Calculator : ICalculator { public int Sum(int x, int y) => x + y; }
            """));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Sample();
}
