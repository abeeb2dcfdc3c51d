using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Constants as C# text.</summary>
internal static class DefaultValue
{
    /// <summary>The default value of a parameter, or null where it has none.</summary>
    public static string? Of(IParameterSymbol parameter)
        => parameter.HasExplicitDefaultValue ? Constant(parameter.Type, parameter.ExplicitDefaultValue) : null;

    /// <summary>A constant argument of an attribute.</summary>
    public static string? Of(TypedConstant constant) => constant.Kind switch
    {
        TypedConstantKind.Type when constant.Value is ITypeSymbol type => $"typeof({TypeText.Plain(type)})",
        TypedConstantKind.Primitive or TypedConstantKind.Enum when constant.Type is { } type => Constant(type, constant.Value),
        _ => constant.IsNull ? "null" : null,
    };

    private static string Constant(ITypeSymbol type, object? value)
    {
        if (value is null)
        {
            return "default!";
        }

        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            type = nullable.TypeArguments[0];
        }

        string literal = Literal(value);
        return type.TypeKind == TypeKind.Enum
            || type.SpecialType is SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Int16 or SpecialType.System_UInt16
            ? $"({TypeText.Plain(type)})({literal})"
            : literal;
    }

    private static string Literal(object value) => value switch
    {
        double.NaN => "double.NaN",
        double.PositiveInfinity => "double.PositiveInfinity",
        double.NegativeInfinity => "double.NegativeInfinity",
        float.NaN => "float.NaN",
        float.PositiveInfinity => "float.PositiveInfinity",
        float.NegativeInfinity => "float.NegativeInfinity",
        double number => number.ToString("R", CultureInfo.InvariantCulture) + "D",
        float number => number.ToString("R", CultureInfo.InvariantCulture) + "F",
        decimal number => number.ToString(CultureInfo.InvariantCulture) + "M",
        long number => $"{number}L",
        ulong number => $"{number}UL",
        uint number => $"{number}U",
        DateTime time => $"new global::System.DateTime({time.Ticks}L)",
        _ => SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false),
    };
}
