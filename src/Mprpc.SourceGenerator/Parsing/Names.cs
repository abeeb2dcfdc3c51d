using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>The names by which the libraries are known here: this project references none of them.</summary>
internal static class Names
{
    public const string ServiceAttribute = "Mprpc.MprpcServiceAttribute";
    public const string MethodAttribute = "Mprpc.MprpcMethodAttribute";
    public const string IgnoreAttribute = "Mprpc.MprpcIgnoreAttribute";
    public const string StreamAttribute = "Mprpc.MprpcStreamAttribute";
    public const string CallContext = "Mprpc.MprpcCallContext";
    public const string FromServicesInterface = "Microsoft.AspNetCore.Http.Metadata.IFromServiceMetadata";
    public const string FromKeyedServices = "Microsoft.Extensions.DependencyInjection.FromKeyedServicesAttribute";

    /// <summary>Whether a type has this full name; generic ones without their arguments.</summary>
    public static bool Is(this ITypeSymbol? type, string fullName)
    {
        if (type is null || type.ContainingType is not null || !fullName.EndsWith(type.Name, StringComparison.Ordinal))
        {
            return false;
        }

        int end = fullName.Length - type.Name.Length;

        for (INamespaceSymbol? space = type.ContainingNamespace; space is { IsGlobalNamespace: false }; space = space.ContainingNamespace)
        {
            int start = end - 1 - space.Name.Length;

            if (start < 0 || fullName[end - 1] != '.' || string.CompareOrdinal(fullName, start, space.Name, 0, space.Name.Length) != 0)
            {
                return false;
            }

            end = start;
        }

        return end == 0;
    }

    public static AttributeData? Attribute(this ISymbol symbol, string fullName)
        => symbol.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass.Is(fullName));

    public static bool Has(this ISymbol symbol, string fullName) => symbol.Attribute(fullName) is not null;

    /// <summary>The value that an attribute's usage gives a property, or null.</summary>
    public static object? Named(this AttributeData attribute, string property)
        => attribute.NamedArguments.FirstOrDefault(argument => argument.Key == property).Value.Value;
}
