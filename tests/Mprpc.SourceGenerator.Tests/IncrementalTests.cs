using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>An edit costs what it changes: a generator that starts anew at each key stroke makes the editor slow.</summary>
public sealed class IncrementalTests
{
    private const string Contract = """
        public sealed record Item(int X, List<string?> Names);
        [MprpcService] public interface ICalculator { Task<int> SumAsync(int x, int y); Task<Dictionary<string, Item>> Items(); }
        public class Calculator : ICalculator
        {
            public Task<int> SumAsync(int x, int y) => Task.FromResult(x + y);
            public Task<Dictionary<string, Item>> Items() => throw new NotSupportedException();
        }
        public static class Program { public static void Map(IEndpointRouteBuilder app) => app.MapMprpcService<Calculator>(6000); }
        """;

    private static readonly string[] Steps =
        [
            ContractGenerator.DispatchersStep, ContractGenerator.ProxiesStep, ContractGenerator.ObjectsStep, ContractGenerator.FormattersStep,
            ContractGenerator.ValuesStep,
        ];

    [Theory]
    [InlineData("public class Other;", "public class Other { public int X; }")]
    [InlineData("", "// a comment")]
    public void Edit_OfAnUnrelatedFile_LeavesAllStepsUnchanged(string before, string after)
    {
        ImmutableDictionary<string, ImmutableArray<IncrementalGeneratorRunStep>> steps = RunTwice([Contract, before], 2, after);

        Assert.All(
            Steps,
            step => Assert.All(
                Reasons(steps, step), reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, step)));
        Assert.All(Steps, step => Assert.NotEmpty(Reasons(steps, step)));
    }

    [Fact]
    public void Edit_OfAMethodBody_LeavesAllStepsUnchanged()
    {
        ImmutableDictionary<string, ImmutableArray<IncrementalGeneratorRunStep>> steps = RunTwice(
            [Contract], 1, Contract.Replace("x + y", "y + x", StringComparison.Ordinal));

        Assert.All(
            Steps,
            step => Assert.All(
                Reasons(steps, step), reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, step)));
    }

    [Fact]
    public void Edit_OfASignature_ChangesWhatItTouches()
    {
        ImmutableDictionary<string, ImmutableArray<IncrementalGeneratorRunStep>> steps = RunTwice(
            [Contract], 1, Contract.Replace("int x, int y", "int x, int z", StringComparison.Ordinal));

        Assert.Contains(IncrementalStepRunReason.Modified, Reasons(steps, ContractGenerator.DispatchersStep));
        Assert.DoesNotContain(IncrementalStepRunReason.Modified, Reasons(steps, ContractGenerator.FormattersStep));
    }

    private static ImmutableDictionary<string, ImmutableArray<IncrementalGeneratorRunStep>> RunTwice(string[] sources, int edited, string after)
    {
        CSharpCompilation compilation = Source.Compile(sources);
        GeneratorDriver driver = Source.Driver().RunGenerators(compilation);
        SyntaxTree tree = compilation.SyntaxTrees[edited];

        driver = driver.RunGenerators(compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From(after))));

        return driver.GetRunResult().Results[0].TrackedSteps;
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(ImmutableDictionary<string, ImmutableArray<IncrementalGeneratorRunStep>> steps, string name)
        => steps[name].SelectMany(step => step.Outputs).Select(output => output.Reason);
}
