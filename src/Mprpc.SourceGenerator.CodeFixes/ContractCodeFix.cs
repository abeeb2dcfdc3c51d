using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace Mprpc.SourceGenerator.CodeFixes;

/// <summary>Offers what is mechanical: to hide a method, to move its token, to return a task.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class ContractCodeFix : CodeFixProvider
{
    private const string Hide = "Keep the method off the wire with [MprpcIgnore]";
    private const string MoveToken = "Move the CancellationToken to the end";
    private const string ReturnTask = "Return a task";
    private const string RemoveAttribute = "Remove the attribute";

    private const string Token = "CancellationToken";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create("MPRPC001", "MPRPC002", "MPRPC003", "MPRPC004", "MPRPC005", "MPRPC009", "MPRPC011", "MPRPC015", "MPRPC018");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);

        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } method
                && FixOf(diagnostic.Id, method) is { } fix)
            {
                context.RegisterCodeFix(
                    CodeAction.Create(
                        fix.Title,
                        _ => Task.FromResult(
                            context.Document.WithSyntaxRoot(root.ReplaceNode(method, fix.Method.WithAdditionalAnnotations(Formatter.Annotation)))),
                        equivalenceKey: fix.Title),
                    diagnostic);
            }
        }
    }

    private static (string Title, MethodDeclarationSyntax Method)? FixOf(string id, MethodDeclarationSyntax method) => id switch
    {
        "MPRPC004" => WithTokenLast(method) is { } moved ? (MoveToken, moved) : null,
        "MPRPC009" => (ReturnTask, method.WithReturnType(TaskOf(method.ReturnType))),
        "MPRPC011" => (ReturnTask, method.WithReturnType(TaskOf(method.ReturnType))),
        "MPRPC015" => (RemoveAttribute, WithoutAttributes(method)),
        _ => (Hide, WithIgnore(method)),
    };

    private static MethodDeclarationSyntax WithIgnore(MethodDeclarationSyntax method)
    {
        SyntaxTriviaList leading = method.GetLeadingTrivia();
        AttributeListSyntax ignore = SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(
                SyntaxFactory.Attribute(SyntaxFactory.ParseName("global::Mprpc.MprpcIgnore")).WithAdditionalAnnotations(Simplifier.Annotation)))
            .WithTrailingTrivia(SyntaxFactory.ElasticLineFeed);
        return method.WithoutLeadingTrivia().WithAttributeLists(method.WithoutLeadingTrivia().AttributeLists.Insert(0, ignore)).WithLeadingTrivia(leading);
    }

    /// <summary>Null where there are several: which of them is meant, the author knows.</summary>
    private static MethodDeclarationSyntax? WithTokenLast(MethodDeclarationSyntax method)
    {
        List<ParameterSyntax> parameters = [.. method.ParameterList.Parameters];
        List<ParameterSyntax> tokens = [.. parameters.Where(IsToken)];

        // A params array must be the last one.
        if (tokens.Count != 1 || parameters.Any(parameter => parameter.Modifiers.Any(SyntaxKind.ParamsKeyword)))
        {
            return null;
        }

        List<ParameterSyntax> others = [.. parameters.Where(parameter => parameter != tokens[0])];
        ParameterSyntax token = tokens[0].Default is null && others.Any(parameter => parameter.Default is not null)
            ? tokens[0].WithDefault(SyntaxFactory.EqualsValueClause(SyntaxFactory.LiteralExpression(
                SyntaxKind.DefaultLiteralExpression, SyntaxFactory.Token(SyntaxKind.DefaultKeyword))))
            : tokens[0];
        IEnumerable<ParameterSyntax> ordered = others.Append(token)
            .Select((parameter, i) => parameter.WithTriviaFrom(parameters[i]));
        return method.WithParameterList(method.ParameterList.WithParameters(
            SyntaxFactory.SeparatedList(ordered, method.ParameterList.Parameters.GetSeparators())));
    }

    private static bool IsToken(ParameterSyntax parameter)
        => parameter.Type switch
        {
            QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText == Token,
            SimpleNameSyntax simple => simple.Identifier.ValueText == Token,
            _ => false,
        };

    private static TypeSyntax TaskOf(TypeSyntax type)
    {
        bool isVoid = type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword };
        return SyntaxFactory.ParseTypeName("global::System.Threading.Tasks.Task" + (isVoid ? "" : $"<{type.WithoutTrivia()}>"))
            .WithTriviaFrom(type)
            .WithAdditionalAnnotations(Simplifier.Annotation);
    }

    private static MethodDeclarationSyntax WithoutAttributes(MethodDeclarationSyntax method)
    {
        AttributeSyntax[] ours =
        [
            .. method.AttributeLists.SelectMany(list => list.Attributes)
                .Where(attribute => LastName(attribute.Name) is "MprpcIgnore" or "MprpcIgnoreAttribute" or "MprpcMethod" or "MprpcMethodAttribute"
                    or "MprpcStream" or "MprpcStreamAttribute"),
        ];
        SyntaxTriviaList leading = method.GetLeadingTrivia();
        MethodDeclarationSyntax without = method.RemoveNodes(ours, SyntaxRemoveOptions.KeepNoTrivia)!;
        return without.WithAttributeLists(SyntaxFactory.List(without.AttributeLists.Where(list => list.Attributes.Count > 0))).WithLeadingTrivia(leading);
    }

    private static string LastName(NameSyntax name) => name switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
        _ => "",
    };
}
