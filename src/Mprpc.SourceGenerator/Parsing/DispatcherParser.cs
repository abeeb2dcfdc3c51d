using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Makes the model of a service.</summary>
internal static class DispatcherParser
{
    /// <summary>The model, or null where no code can be generated: <see cref="WhyNot"/>, or the analyzer's errors, say why.</summary>
    /// <param name="service">The service class.</param>
    /// <param name="compilation">Where the code is to be.</param>
    /// <param name="objects">The types that have members, as their formatters see them.</param>
    /// <param name="cancellationToken">Ends the parsing.</param>
    public static DispatcherModel? Parse(
        INamedTypeSymbol service,
        Compilation compilation,
        IReadOnlyDictionary<ITypeSymbol, ParsedObject> objects,
        CancellationToken cancellationToken)
    {
        List<IMethodSymbol> methods = PublishedMethods.Of(service);

        // The library throws for such a service when it starts, and says why; so it must see it.
        if (methods.Count == 0 || methods.Any(MethodRules.IsRefused) || WhyNot(service, compilation) is not null)
        {
            return null;
        }

        return new DispatcherModel(
            TypeText.Plain(service),
            TypeText.Identifier(service),
            TypeText.DisplayName(service),
            new EquatableArray<MethodModel>(methods.Select(method => MethodParser.Parse(method, MethodParser.ExplicitName(method)))),
            SchemaParser.Parse(methods, objects, cancellationToken));
    }

    /// <summary>Why generated code cannot call the service, or null where it can.</summary>
    public static string? WhyNot(INamedTypeSymbol service, Compilation compilation)
    {
        if (Reach.WhyNot(service, compilation) is { } reason)
        {
            return reason;
        }

        foreach (IMethodSymbol method in PublishedMethods.Of(service))
        {
            if (!method.CanBeReferencedByName)
            {
                return $"{method.Name} cannot be called by its name";
            }

            if (Reach.WhyNot(PublishedMethods.Definition(method).ContainingType, compilation) is { } hidden)
            {
                return hidden;
            }

            if (method.Parameters.FirstOrDefault(MethodParser.HasHiddenKey) is { } keyed)
            {
                return $"the service key of '{keyed.Name}' is not known at compile time; use [FromKeyedServices(key)] itself";
            }
        }

        return null;
    }
}
