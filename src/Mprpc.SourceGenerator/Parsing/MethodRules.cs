using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Diagnostics;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>What a published method must be like: the same as MethodModel in Mprpc.Core demands at start-up, and some advice.</summary>
internal static class MethodRules
{
    public static string NameOf(ISymbol member) => $"{TypeText.DisplayName(member.ContainingType)}.{member.Name}";

    public static bool IsRefused(IMethodSymbol method) => Check(method).Any(problem => problem.IsRefusal);

    public static IEnumerable<Problem> Check(IMethodSymbol method)
        => CheckMethod(method).Concat(StreamRules.Check(method)).Concat(CheckParameters(method));

    /// <summary>Methods that would have the same name on the wire.</summary>
    public static IEnumerable<Problem> CheckNames(IEnumerable<IMethodSymbol> methods)
    {
        var known = new Dictionary<string, IMethodSymbol>(StringComparer.Ordinal);

        foreach (IMethodSymbol method in methods)
        {
            string name = MethodParser.ExplicitName(method) ?? WireName.From(method.Name);

            if (known.TryGetValue(name, out IMethodSymbol? other))
            {
                yield return new Problem(Rules.SameWireName, method, SignatureOf(other), SignatureOf(method), name);
            }
            else
            {
                known.Add(name, method);
            }
        }
    }

    /// <summary>Overloads differ in their parameters' types only.</summary>
    private static string SignatureOf(IMethodSymbol method)
        => $"{NameOf(method)}({string.Join(", ", method.Parameters.Select(parameter => TypeText.DisplayName(parameter.Type)))})";

    private static IEnumerable<Problem> CheckMethod(IMethodSymbol method)
    {
        if (method.IsGenericMethod)
        {
            yield return new Problem(Rules.GenericMethod, method, NameOf(method));
        }

        if (method.IsAsync && method.ReturnsVoid)
        {
            yield return new Problem(Rules.AsyncVoid, method, NameOf(method));
        }

        if (method.ReturnsByRef || method.ReturnsByRefReadonly || method.ReturnType.IsRefLikeType || IsPointer(method.ReturnType))
        {
            yield return new Problem(Rules.ReturnType, method, NameOf(method), TypeText.DisplayName(method.ReturnType), "Return a value");
        }
    }

    private static IEnumerable<Problem> CheckParameters(IMethodSymbol method)
    {
        bool isOptional = false;
        bool hasToken = false;
        bool tokenIsLast = true;

        foreach (IParameterSymbol parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.None || parameter.Type.IsRefLikeType || IsPointer(parameter.Type))
            {
                yield return new Problem(Rules.ByReference, parameter, NameOf(method), parameter.Name);
                continue;
            }

            ParameterSource source = MethodParser.SourceOf(parameter);
            tokenIsLast &= !hasToken || MethodParser.IsRest(parameter);     // which the language wants last
            hasToken |= source == ParameterSource.CancellationToken;

            if (source != ParameterSource.Wire)
            {
                continue;
            }

            if (isOptional && !parameter.HasExplicitDefaultValue && !MethodParser.IsRest(parameter))
            {
                yield return new Problem(Rules.RequiredAfterOptional, parameter, NameOf(method), parameter.Name);
            }

            isOptional |= parameter.HasExplicitDefaultValue;
        }

        if (!tokenIsLast)
        {
            yield return new Problem(Rules.TokenNotLast, method, NameOf(method));
        }
    }

    private static bool IsPointer(ITypeSymbol type) => type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer;
}
