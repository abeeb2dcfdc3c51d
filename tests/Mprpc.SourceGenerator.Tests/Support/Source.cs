using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mprpc.SourceGenerator.Tests.Support;

/// <summary>Compiles texts as a user's project is compiled: with the libraries, the generator and the analyzer.</summary>
internal static class Source
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using MessagePack;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Mvc;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.DependencyInjection;
        global using Mprpc;
        global using Mprpc.Client;
        """;

    // What only names its type argument needs no more than a name.
    private const string Client = """
        namespace Mprpc.Client;
        public sealed class MprpcClient
        {
            public T As<T>() where T : class => null!;
        }
        public sealed class MprpcClientOptions
        {
            public void AddHandlers<T>(T service) where T : class { }
        }
        """;

    private static readonly CSharpParseOptions Parse = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp12);

    private static readonly MetadataReference[] Platform = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(
            path => !Path.GetFileName(path).StartsWith("Mprpc.", StringComparison.Ordinal)
                || Path.GetFileName(path) is "Mprpc.Core.dll" or "Mprpc.AspNetCore.dll")
        .Select(path => MetadataReference.CreateFromFile(path))];

    private static readonly MetadataReference ClientLibrary = Library("Mprpc.Client", [Client]);

    public static CSharpCompilation Compile(params string[] sources) => Compile("User", sources, [.. Platform, ClientLibrary]);

    /// <summary>A user's library of contracts, which the generator has seen or not.</summary>
    public static MetadataReference Library(string name, string[] sources, bool generate = false)
    {
        Compilation library = Compile(name, sources, Platform);

        if (generate)
        {
            Driver().RunGeneratorsAndUpdateCompilation(library, out library, out _);
        }

        return MetadataReference.CreateFromImage(Image(library));
    }

    public static CSharpGeneratorDriver Driver(DocumentationMode mode = DocumentationMode.Parse)
        => (CSharpGeneratorDriver)CSharpGeneratorDriver.Create(
            [new ContractGenerator().AsSourceGenerator()],
            parseOptions: Parse.WithDocumentationMode(mode),
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Runs the generator, and compiles what it made.</summary>
    public static Output Generate(params string[] sources) => Generate(Compile(sources));

    public static Output Generate(Compilation compilation, DocumentationMode mode = DocumentationMode.Parse)
    {
        GeneratorDriver driver = Driver(mode).RunGeneratorsAndUpdateCompilation(compilation, out Compilation output,
            out ImmutableArray<Diagnostic> diagnostics);
        Assert.Empty(diagnostics);
        Assert.Empty(output.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        return new Output(output, driver.GetRunResult().Results[0]);
    }

    /// <summary>What the analyzer says, in the order of the text.</summary>
    public static Task<List<Diagnostic>> AnalyzeAsync(params string[] sources) => AnalyzeAsync(Compile(sources));

    public static async Task<List<Diagnostic>> AnalyzeAsync(Compilation compilation, bool isAot = false)
    {
        var options = new AnalyzerOptions([], new BuildProperties(isAot));
        ImmutableArray<Diagnostic> found = await compilation.WithAnalyzers([new ContractAnalyzer()], options).GetAllDiagnosticsAsync();
        Assert.DoesNotContain(
            found, diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && !diagnostic.Id.StartsWith("MPRPC", StringComparison.Ordinal));
        return [
            .. found.Where(diagnostic => diagnostic.Id.StartsWith("MPRPC", StringComparison.Ordinal))
            .OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start),
        ];
    }

    public static byte[] Image(Compilation compilation)
    {
        using var stream = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(stream);
        Assert.Empty(result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        return stream.ToArray();
    }

    public static CSharpCompilation Compile(string name, string[] sources, IEnumerable<MetadataReference> references)
        => CSharpCompilation.Create(
            name,
            [.. sources.Prepend(name == "User" ? Usings : Usings.Replace("global using Mprpc.Client;", "", StringComparison.Ordinal))
                .Select((text, i) => CSharpSyntaxTree.ParseText(text, Parse, path: $"{name}{i}.cs"))],
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
}
