using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Mprpc.SourceGenerator.Diagnostics;
using Mprpc.SourceGenerator.Parsing;

namespace Mprpc.SourceGenerator;

/// <summary>Says in the editor what is wrong with a contract: what the library refuses at start-up, and what code generation cannot do.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ContractAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(
        Rules.GenericMethod,
        Rules.ByReference,
        Rules.SameWireName,
        Rules.TokenNotLast,
        Rules.ReturnType,
        Rules.NotAMethod,
        Rules.RequiredAfterOptional,
        Rules.NotReachable,
        Rules.SynchronousCall,
        Rules.NothingPublished,
        Rules.AsyncVoid,
        Rules.DifferentPrefixes,
        Rules.NoFormatter,
        Rules.NotAContract,
        Rules.WithoutEffect,
        Rules.NotCarried,
        Rules.MemberNotSent,
        Rules.MisplacedStream,
        Rules.NotData,
        Rules.ResultOfMany);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(Start);
    }

    private static void Start(CompilationStartAnalysisContext context)
    {
        if (context.Compilation.GetTypeByMetadataName(Names.ServiceAttribute) is null)
        {
            return;
        }

        var reports = new Reports(context.Compilation, context.Options.AnalyzerConfigOptionsProvider.GlobalOptions);
        var checks = new ContractChecks(context.Compilation);

        context.RegisterSymbolAction(
            symbol => reports.Report(checks.OfDeclaration((INamedTypeSymbol)symbol.Symbol), Location.None, symbol.ReportDiagnostic), SymbolKind.NamedType);

        context.RegisterOperationAction(
            operation =>
            {
                var call = (IInvocationOperation)operation.Operation;

                if (TargetCall.Of(call) is { } many && call.TargetMethod.ContainingType.TypeKind == TypeKind.Interface)
                {
                    string method = $"{call.TargetMethod.ContainingType.Name}.{call.TargetMethod.Name}";
                    operation.ReportDiagnostic(Diagnostic.Create(Rules.ResultOfMany, call.Syntax.GetLocation(), method, many));
                }

                if (Mapping.Of(call.TargetMethod) is { } mapping)
                {
                    reports.Report(checks.OfMapping(mapping), operation.Operation.Syntax.GetLocation(), operation.ReportDiagnostic);
                }
            },
            OperationKind.Invocation);
    }
}
