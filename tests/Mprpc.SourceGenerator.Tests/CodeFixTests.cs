using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Mprpc.SourceGenerator.CodeFixes;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>What an editor offers to do about a diagnostic does away with it.</summary>
public sealed class CodeFixTests
{
    [Theory]
    [InlineData("MPRPC001", "[MprpcService] public interface I { Task M<T>(T x); }", "[MprpcIgnore]")]
    [InlineData("MPRPC002", "[MprpcService] public interface I { void M(ref int x); }", "[MprpcIgnore]")]
    [InlineData("MPRPC003", "[MprpcService] public interface I { void M(int x); void M(string x); }", "[MprpcIgnore]")]
    [InlineData("MPRPC005", "[MprpcService] public interface I { ReadOnlySpan<int> M(); }", "[MprpcIgnore]")]
    [InlineData("MPRPC018", "[MprpcService] public interface I { Task<IAsyncEnumerable<int>> M(); }", "[MprpcIgnore]")]
    [InlineData("MPRPC004", "[MprpcService] public interface I { Task M(CancellationToken token, int x); }", "M(int x, CancellationToken token)")]
    [InlineData(
        "MPRPC004",
        "[MprpcService] public interface I { Task M(int x, CancellationToken token, string y = \"a\"); }",
        "M(int x, string y = \"a\", CancellationToken token = default)")]
    [InlineData(
        "MPRPC009",
        "[MprpcService] public interface I { List<int> M(); } public static class C { public static object Use(MprpcClient c) => c.As<I>(); }",
        "{ Task<List<int>> M();")]
    [InlineData("MPRPC011", "[MprpcService] public class S { public async void M() => await Task.Yield(); }", "async Task M()")]
    [InlineData(
        "MPRPC015",
        "[MprpcService] public interface I { Task M(); } public class S : I { [MprpcIgnore] public Task M() => Task.CompletedTask; }",
        "{ public Task M()")]
    [InlineData(
        "MPRPC015",
        "[MprpcService] public interface I { Task M(); } public class S : I { [Obsolete, MprpcMethod(\"x\")] public Task M() => Task.CompletedTask; }",
        "[Obsolete] public Task M()")]
    public async Task Fix_Applied_EndsTheDiagnostic(string id, string before, string expected)
    {
        Document document = Open(before);
        Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(document), found => found.Id == id);

        Document after = await ApplyAsync(document, diagnostic);

        Assert.Contains(
            expected, (await after.GetTextAsync()).ToString().ReplaceLineEndings(" ").Replace("  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(await AnalyzeAsync(after), found => found.Id == id);
    }

    [Theory]
    [InlineData("[MprpcService] public interface I { Task M(CancellationToken a, int x, CancellationToken b); }")]
    [InlineData("[MprpcService] public interface I { Task M(CancellationToken a, params int[] x); }")]
    public async Task Token_ThatCannotBeMoved_IsLeftToTheAuthor(string text)
    {
        Document document = Open(text);
        List<Diagnostic> found = await AnalyzeAsync(document);

        List<CodeAction> offered = [];
        foreach (Diagnostic diagnostic in found.Where(diagnostic => diagnostic.Id == "MPRPC004"))
        {
            offered.AddRange(await OfferedAsync(document, diagnostic));
        }

        Assert.Empty(offered);
    }

    private static Document Open(string text)
    {
        CSharpCompilation compilation = Source.Compile(text);
        Project project = new AdhocWorkspace().AddProject("User", LanguageNames.CSharp)
            .WithCompilationOptions(compilation.Options)
            .WithParseOptions(compilation.SyntaxTrees[0].Options)
            .AddMetadataReferences(compilation.References);

        project = project.AddDocument("Usings.cs", compilation.SyntaxTrees[0].GetText()).Project;
        return project.AddDocument("Contract.cs", text);
    }

    private static async Task<List<Diagnostic>> AnalyzeAsync(Document document) => await Source.AnalyzeAsync((await document.Project.GetCompilationAsync())!);

    private static async Task<Document> ApplyAsync(Document document, Diagnostic diagnostic)
    {
        CodeAction action = Assert.Single(await OfferedAsync(document, diagnostic));
        var change = (ApplyChangesOperation)Assert.Single(await action.GetOperationsAsync(CancellationToken.None));
        return change.ChangedSolution.GetDocument(document.Id)!;
    }

    private static async Task<List<CodeAction>> OfferedAsync(Document document, Diagnostic diagnostic)
    {
        List<CodeAction> offered = [];
        await new ContractCodeFix()
            .RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => offered.Add(action), CancellationToken.None));
        return offered;
    }
}
