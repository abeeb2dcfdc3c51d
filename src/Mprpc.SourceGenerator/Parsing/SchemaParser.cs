using System.Globalization;
using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Emitting;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Names types as they stand on the wire (docs/protocol.md 10.11). ReflectedSchema in Mprpc.Core comes to the same.</summary>
/// <param name="objects">The types that have members, as their formatters see them.</param>
internal sealed class SchemaParser(IReadOnlyDictionary<ITypeSymbol, ParsedObject> objects)
{
    private const string Unknown = "any";

    private readonly Dictionary<ITypeSymbol, string> _keys = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TypeSchemaModel> _found = new(StringComparer.Ordinal);

    public static ServiceSchemaModel Parse(
        IEnumerable<IMethodSymbol> methods, IReadOnlyDictionary<ITypeSymbol, ParsedObject> objects, CancellationToken cancellationToken)
    {
        var parser = new SchemaParser(objects);
        EquatableArray<MethodSchemaModel> all = new(methods.Select(method => parser.Parse(method, cancellationToken)));
        return new ServiceSchemaModel(all, new EquatableArray<TypeSchemaModel>(parser._found.Values.OrderBy(type => type.Key, StringComparer.Ordinal)));
    }

    private MethodSchemaModel Parse(IMethodSymbol method, CancellationToken cancellationToken)
    {
        IMethodSymbol declared = method.OriginalDefinition;
        (ReturnKind kind, ITypeSymbol? result) = MethodParser.ReturnOf(method);
        ITypeSymbol annotated = IsTask(declared.ReturnType)
            ? ((INamedTypeSymbol)declared.ReturnType).TypeArguments[0]
            : declared.ReturnType;
        Documentation documentation = Documentation.Of(method, cancellationToken);
        List<IParameterSymbol> parameters = [.. method.Parameters.Where(parameter => MethodParser.SourceOf(parameter) == ParameterSource.Wire)];

        return new MethodSchemaModel(
            new EquatableArray<string>(parameters.Select(parameter => Of(parameter.Type, declared.Parameters[parameter.Ordinal].Type))),
            result is null ? "nil" : kind == ReturnKind.Stream && !StreamRules.IsBytes(result) ? Of(method.ReturnType, annotated) : Of(result, annotated),
            method.Attribute("System.ObsoleteAttribute") is { } obsolete
                ? obsolete.ConstructorArguments.FirstOrDefault().Value as string ?? string.Empty
                : null,
            documentation.Summary,
            new EquatableArray<string>(documentation.TextsOf(parameters.Select(parameter => parameter.Name))));
    }

    /// <param name="type">The type.</param>
    /// <param name="annotated">The same as it is declared, with what is known of null; null: nothing is. A type parameter says nothing of the inside of what
    /// stands for it.</param>
    private string Of(ITypeSymbol type, ITypeSymbol? annotated)
    {
        bool isAnnotated = annotated is { NullableAnnotation: NullableAnnotation.Annotated };

        if (annotated is ITypeParameterSymbol)
        {
            annotated = null;
        }

        ITypeSymbol? underlying = UnderlyingOf(type);
        string text = Plain(underlying ?? type, underlying is null || annotated is null ? annotated : UnderlyingOf(annotated));
        bool isNullable = underlying is not null || (!type.IsValueType && isAnnotated);
        return isNullable && text is not (Unknown or "nil") && !text.EndsWith("?", StringComparison.Ordinal) ? text + "?" : text;
    }

    private static bool IsTask(ITypeSymbol type)
        => type is INamedTypeSymbol { Arity: 1 } && (type.Is("System.Threading.Tasks.Task") || type.Is("System.Threading.Tasks.ValueTask"));

    private static ITypeSymbol? UnderlyingOf(ITypeSymbol type)
        => type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : null;

    private string Plain(ITypeSymbol type, ITypeSymbol? annotated)
    {
        if (WireTypes.Of(type) is { } known)
        {
            return known;
        }

        if (TypeGraph.IsEndless(type) || type.Has(FormatterParser.Formatter))
        {
            return Unknown;
        }

        return type switch
        {
            IArrayTypeSymbol array => Array(array, Of(array.ElementType, (annotated as IArrayTypeSymbol)?.ElementType)),
            INamedTypeSymbol { EnumUnderlyingType: { } number } enumeration => Enumeration(enumeration, WireTypes.Of(number)!),
            _ when type.Has("MessagePack.UnionAttribute") => "tuple<int32,any>",
            INamedTypeSymbol named when IsTuple(named)
                => $"tuple<{string.Join(",", named.TypeArguments.Select((part, i) => Of(part, Argument(annotated, i))))}>",
            INamedTypeSymbol when StreamRules.IsBytes(type) => "stream<bin>",
            INamedTypeSymbol named when StreamRules.ItemOf(named) is { } item => $"stream<{Of(item, Argument(annotated, 0))}>",
            INamedTypeSymbol named when named.Is("System.Lazy") => Of(named.TypeArguments[0], Argument(annotated, 0)),
            INamedTypeSymbol named => Collection(named, annotated) ?? Object(named),
            _ => Unknown,
        };
    }

    private static string Array(IArrayTypeSymbol array, string element)
        => array.Rank == 1 ? $"list<{element}>" : $"tuple<{string.Concat(Enumerable.Repeat("int32,", array.Rank))}list<{element}>>";

    private static bool IsTuple(INamedTypeSymbol type)
        => type.IsTupleType || (type.Arity > 0 && (type.Is("System.Tuple") || type.Is("System.Collections.Generic.KeyValuePair")));

    private static ITypeSymbol? Argument(ITypeSymbol? annotated, int index) => (annotated as INamedTypeSymbol)?.TypeArguments.ElementAtOrDefault(index);

    private string? Collection(INamedTypeSymbol type, ITypeSymbol? annotated)
    {
        if (type.Arity == 1 && (type.Is("System.Memory") || type.Is("System.ReadOnlyMemory")))
        {
            return $"list<{Of(type.TypeArguments[0], Argument(annotated, 0))}>";
        }

        return Generic(type, "IDictionary", 2, annotated) is { } pairs ? $"map<{pairs}>"
            : Generic(type, "IReadOnlyDictionary", 2, annotated) is { } readable ? $"map<{readable}>"
            : Generic(type, "IEnumerable", 1, annotated) is { } elements ? $"list<{elements}>"
            : Implements(type, "System.Collections.IDictionary") ? "map<any,any>"
            : Implements(type, "System.Collections.IEnumerable") ? "list<any>"
            : null;
    }

    private static bool Implements(INamedTypeSymbol type, string contract)
        => type.AllInterfaces.Prepend(type).Any(known => known.Arity == 0 && known.Is(contract));

    /// <summary>The arguments of a generic interface; annotations are known of those that are arguments of the type itself.</summary>
    private string? Generic(INamedTypeSymbol type, string contract, int arity, ITypeSymbol? annotated)
    {
        if (Implemented(type, contract, arity) is not { } implemented)
        {
            return null;
        }

        INamedTypeSymbol declared = Implemented(type.OriginalDefinition, contract, arity)!;
        return string.Join(",", implemented.TypeArguments.Select((argument, i)
            => Of(argument, declared.TypeArguments[i] is ITypeParameterSymbol parameter ? Argument(annotated, parameter.Ordinal) : null)));
    }

    private static INamedTypeSymbol? Implemented(INamedTypeSymbol type, string contract, int arity)
        => type.AllInterfaces.Prepend(type)
            .FirstOrDefault(known => known.Arity == arity && known.Is($"System.Collections.Generic.{contract}"));

    private string Enumeration(INamedTypeSymbol type, string number)
        => Named(type, "enum", () => type.GetMembers().OfType<IFieldSymbol>()
            .Where(field => field.HasConstantValue)
            .Select(field => new MemberSchemaModel(number, field.Name, NumberOf(field.ConstantValue!))));

    private static string NumberOf(object value)
        => value is ulong large && large > long.MaxValue
            ? $"{large.ToString(CultureInfo.InvariantCulture)}UL"
            : $"({Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)}L)";

    private string Object(INamedTypeSymbol type)
        => !objects.TryGetValue(type, out ParsedObject? known) ? Unknown
            : Named(type, known.Model.IsMap ? "map" : "array", () => known.Model.Members.Select((member, i) => new MemberSchemaModel(
                Of(known.MemberTypes[i], known.DeclaredTypes[i]),
                member.Name,
                known.Model.IsMap ? CodeWriter.Quote(member.Key) : member.Index.ToString(CultureInfo.InvariantCulture))));

    private string Named(INamedTypeSymbol type, string kind, Func<IEnumerable<MemberSchemaModel>> membersOf)
    {
        List<string> arguments = [.. AllArguments(type).Select(argument => Of(argument, annotated: null))];

        // It may have been met among its arguments, and may be met again among its members.
        if (!_keys.TryGetValue(type, out string? key))
        {
            string space = type.ContainingNamespace is { IsGlobalNamespace: false } named ? named.ToDisplayString() + "." : string.Empty;
            key = $"{space}{OuterNames(type)}{type.Name}{Suffix(arguments, argument => argument)}";
            _keys.Add(type, key);
            _names[key] = type.Name + Suffix(arguments, argument => _names[argument]);
            _found[key] = new TypeSchemaModel(key, _names[key], kind, new EquatableArray<MemberSchemaModel>(membersOf()));
        }

        return $"@{key}";
    }

    /// <summary>Those of the types around it too.</summary>
    private static IEnumerable<ITypeSymbol> AllArguments(INamedTypeSymbol? type)
        => type is null ? [] : AllArguments(type.ContainingType).Concat(type.TypeArguments);

    private static string Suffix(List<string> arguments, Func<string, string> nameOf)
        => arguments.Count == 0 ? string.Empty : "Of" + string.Join("And", arguments.Select(argument => SchemaText.IntoName(argument, nameOf)));

    private static string OuterNames(INamedTypeSymbol type) => type.ContainingType is { } outer ? $"{OuterNames(outer)}{outer.Name}." : string.Empty;
}
