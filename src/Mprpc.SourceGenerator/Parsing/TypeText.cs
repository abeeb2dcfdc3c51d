using System.Text;
using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Types as text: as generated code, errors and identifiers name them.</summary>
internal static class TypeText
{
    private static readonly SymbolDisplayFormat Code = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat Expanded
        = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.ExpandNullable);

    /// <summary>The type as generated code names it.</summary>
    public static string Of(ITypeSymbol type)
        => type.TypeKind == TypeKind.Dynamic ? "object?" : type.ToDisplayString(Code);     // a dynamic argument would bind its call at run time

    /// <summary>The type without nullable annotation, as typeof and casts take it.</summary>
    public static string Plain(ITypeSymbol type) => Of(type.WithNullableAnnotation(NullableAnnotation.None));

    /// <summary>The type as the typeof operator takes it.</summary>
    public static string InTypeOf(ITypeSymbol type) => type.TypeKind == TypeKind.Dynamic ? "object" : Plain(type);

    /// <summary>The type without any question mark, which after "is" would be taken for an operator.</summary>
    public static string Bare(ITypeSymbol type) => type.TypeKind == TypeKind.Dynamic ? "object" : type.ToDisplayString(Expanded);

    /// <summary>The type as the library's errors name it.</summary>
    public static string DisplayName(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => DisplayName(array.ElementType) + "[]",
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => DisplayName(nullable.TypeArguments[0]) + "?",
        INamedTypeSymbol { Arity: > 0 } generic => $"{generic.Name}<{string.Join(", ", generic.TypeArguments.Select(DisplayName))}>",
        { SpecialType: >= SpecialType.System_Boolean and <= SpecialType.System_String and not (SpecialType.System_Char or SpecialType.System_Decimal) }
            or { SpecialType: SpecialType.System_Object or SpecialType.System_Decimal } => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat),
        _ => type.Name,
    };

    /// <summary>An identifier that no other type's is equal to.</summary>
    public static string Identifier(ITypeSymbol type)
    {
        string name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.None));
        var identifier = new StringBuilder(name.Length);

        foreach (char c in name.Replace("global::", string.Empty))
        {
            _ = c switch
            {
                '.' => identifier.Append('_'),
                '_' => identifier.Append("__"),
                _ when char.IsLetterOrDigit(c) => identifier.Append(c),
                _ => identifier.Append("_x").Append(((int)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture)),
            };
        }

        return identifier.ToString();
    }
}
