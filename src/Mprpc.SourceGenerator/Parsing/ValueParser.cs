using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>
/// Chooses how each type of a contract, and each part of it, is read and written in place; what has no way of its own goes through the serializer.
/// </summary>
/// <param name="objects">The types that have members, as their formatters see them: both write the same.</param>
internal sealed class ValueParser(IReadOnlyDictionary<ITypeSymbol, ParsedObject> objects)
{
    private readonly Dictionary<ITypeSymbol, ValuePart> _parts = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ITypeSymbol, IReadOnlyList<ITypeSymbol>> _contents = new(SymbolEqualityComparer.Default);
    private readonly List<(ITypeSymbol Type, ValueShape Shape, ObjectModel? Object)> _found = [];

    /// <summary>Models of the types, and of all that they are made of.</summary>
    public static IEnumerable<ValueModel> Parse(IEnumerable<ITypeSymbol> types, IReadOnlyDictionary<ITypeSymbol, ParsedObject> objects)
    {
        var parser = new ValueParser(objects);

        foreach (ITypeSymbol type in types)
        {
            parser.Part(type);
        }

        return parser._found.Select(found => new ValueModel(
            TypeText.Bare(found.Type),
            TypeText.Identifier(found.Type),
            TypeText.DisplayName(found.Type),
            found.Shape,
            found.Object is { IsRecursive: true },
            found.Object,
            new EquatableArray<ValuePart>(parser._contents[found.Type].Select(parser.Part))));
    }

    private ValuePart Part(ITypeSymbol type)
    {
        if (!_parts.TryGetValue(type, out ValuePart? part))
        {
            part = InPlace(type) ?? Generated(type) ?? Serialized(type);
            _parts[type] = part;
        }

        return part;
    }

    private static ValuePart? InPlace(ITypeSymbol type)
    {
        string text = TypeText.Bare(type);

        return type switch
        {
            { SpecialType: SpecialType.System_Boolean } => new(text, "writer.WriteBoolean({0})", "reader.ReadBoolean()"),
            { SpecialType: SpecialType.System_Char } => new(text, "writer.WriteUInt64({0})", "reader.ReadChar()"),
            { SpecialType: SpecialType.System_Single } => new(text, "writer.WriteSingle({0})", "reader.ReadSingle()"),
            { SpecialType: SpecialType.System_Double } => new(text, "writer.WriteDouble({0})", "reader.ReadDouble()"),
            { SpecialType: SpecialType.System_String } => new(text, "writer.WriteString({0})", "reader.ReadString()"),
            { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 } => Integer(text, type.SpecialType, cast: false),
            IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte } => new(text, "writer.WriteBytes({0})", "reader.ReadBytes()"),
            INamedTypeSymbol { EnumUnderlyingType: { } number } when !type.Has(FormatterParser.Formatter) => Integer(text, number.SpecialType, cast: true),
            _ => null,
        };
    }

    private static ValuePart Integer(string type, SpecialType number, bool cast)
    {
        string name = number.ToString().Substring("System_".Length);
        bool isSigned = number is SpecialType.System_SByte or SpecialType.System_Int16 or SpecialType.System_Int32 or SpecialType.System_Int64;
        string write = isSigned ? "writer.WriteInt64" : "writer.WriteUInt64";
        return cast
            ? new ValuePart(type, $"{write}(({(isSigned ? "long" : "ulong")}){{0}})", $"({type})reader.Read{name}()")
            : new ValuePart(type, $"{write}({{0}})", $"reader.Read{name}()");
    }

    private ValuePart? Generated(ITypeSymbol type)
    {
        ParsedObject? own = objects.TryGetValue(type, out ParsedObject? known) ? known : null;

        if ((own is null ? ValueShapes.Of(type) : (ValueShape.Object, own.MemberTypes)) is not { } found || type.TypeKind == TypeKind.Error)
        {
            return null;
        }

        // One call of the serializer for a whole collection costs less than one for each element.
        if (own is null && found.Parts.Any(content => Part(content).IsSerialized))
        {
            return null;
        }

        // The elements may have led here already.
        if (_parts.TryGetValue(type, out ValuePart? part))
        {
            return part;
        }

        // Known before its members are looked at: it may contain itself.
        string name = $"global::Mprpc.Generated.{ValueModel.ClassNameOf(TypeText.Identifier(type))}";
        _parts[type] = part = new ValuePart(TypeText.Bare(type), $"{name}.Write(writer, {{0}})", $"{name}.Read(ref reader)");
        _contents[type] = found.Parts;
        _found.Add((type, found.Shape, own?.Model));

        foreach (ITypeSymbol content in found.Parts)
        {
            Part(content);
        }

        return part;
    }

    /// <summary>A dynamic value would bind the call at run time, so it is cast.</summary>
    private static ValuePart Serialized(ITypeSymbol type)
    {
        string text = TypeText.Bare(type);
        return new ValuePart(
            text,
            $"writer.WriteSerialized<{text}>({(text == "object" ? "(object)" : string.Empty)}{{0}})",
            $"reader.ReadSerialized<{text}>()",
            IsSerialized: true);
    }
}
