using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mprpc.SourceGenerator.Diagnostics;

/// <summary>Reports each problem of a compilation once, however often its contract is met.</summary>
internal sealed class Reports(Compilation compilation, AnalyzerConfigOptions options)
{
    private readonly ConcurrentDictionary<(string Rule, ISymbol Symbol, string Arguments), bool> _reported = new();

    // Under native AOT there is no reflection to fall back on, so that what is a remark elsewhere matters.
    private readonly bool _isAot = options.TryGetValue("build_property.EnableAotAnalyzer", out string? value)
        && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    /// <param name="problems">What was found.</param>
    /// <param name="otherwise">Where to report what stands in no source of this compilation.</param>
    /// <param name="report">Reports a diagnostic.</param>
    public void Report(IEnumerable<Problem> problems, Location otherwise, Action<Diagnostic> report)
    {
        foreach (Problem problem in problems)
        {
            Location? own = problem.Symbol.Locations.FirstOrDefault(location => location.SourceTree is { } tree && compilation.ContainsSyntaxTree(tree));

            if (_reported.TryAdd((problem.Rule.Id, problem.Symbol, string.Join("|", problem.Arguments)), true))
            {
                DiagnosticSeverity severity = problem.Rule.DefaultSeverity == DiagnosticSeverity.Info && _isAot
                    ? DiagnosticSeverity.Warning
                    : problem.Rule.DefaultSeverity;
                report(Diagnostic.Create(problem.Rule, own ?? otherwise, severity, additionalLocations: null, properties: null, problem.Arguments));
            }
        }
    }
}
