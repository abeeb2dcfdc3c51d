using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mprpc.SourceGenerator.Tests.Support;

/// <summary>What the build tells analyzers of a project that is published as native AOT, or not.</summary>
internal sealed class BuildProperties(bool isAot) : AnalyzerConfigOptionsProvider
{
    public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(isAot);

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

    private sealed class Options(bool isAot) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
        {
            value = isAot && key == "build_property.EnableAotAnalyzer" ? "true" : null;
            return value is not null;
        }
    }
}
