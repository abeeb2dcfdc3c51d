using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Dispatch;
using Mprpc.Serialization;

namespace Mprpc.Binding;

/// <summary>Names types as they stand on the wire (docs/protocol.md 10.11), by reflection. The generator's SchemaParser comes to the same.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Not reached under native AOT; without it nothing of a contract is trimmed.")]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above.")]
internal sealed class ReflectedSchema
{
    private const string Unknown = "any";

    // As the generator's TypeGraph: members that name their type with ever larger arguments would never end.
    private const int MostGenericLevels = 6;

    private readonly Dictionary<Type, string> _keys = [];
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MprpcTypeSchema> _found = new(StringComparer.Ordinal);

    /// <summary>The named types that were met.</summary>
    public IReadOnlyList<MprpcTypeSchema> Found => [.. _found.Values];

    public string Of(ParameterInfo parameter) => Of(parameter.ParameterType, PartsOf(parameter));

    /// <summary>Whether type arguments nest deeper than any value needs.</summary>
    public static bool IsEndless(Type type) => DepthOf(type, MostGenericLevels) > MostGenericLevels;

    /// <summary>What stands on the wire of what a method returns.</summary>
    public string OfResult(ParameterInfo returned)
    {
        Type type = returned.ParameterType;

        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
        {
            return "nil";
        }

        return type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            ? Of(type.GenericTypeArguments[0], PartsOf(returned).Parts.ElementAtOrDefault(0))
            : Of(returned);
    }

    private static NullableParts PartsOf(ParameterInfo parameter)
    {
        var method = (MethodInfo)DefinitionOf(parameter.Member);
        ParameterInfo declared = parameter.Position < 0 ? method.ReturnParameter : method.GetParameters()[parameter.Position];
        return NullableParts.Of(declared.ParameterType, declared, method);
    }

    private static NullableParts PartsOf(MemberInfo member)
    {
        MemberInfo declared = DefinitionOf(member);
        return NullableParts.Of(declared is PropertyInfo property ? property.PropertyType : ((FieldInfo)declared).FieldType, declared, declared);
    }

    private static MemberInfo DefinitionOf(MemberInfo member)
        => member.DeclaringType is { IsGenericType: true } type ? type.GetGenericTypeDefinition().GetMemberWithSameMetadataDefinitionAs(member) : member;

    private string Of(Type type, NullableParts? parts)
    {
        Type? underlying = Nullable.GetUnderlyingType(type);
        string text = Plain(underlying ?? type, parts);
        bool isNullable = underlying is not null || (!type.IsValueType && parts is { IsNullable: true });
        return isNullable && text is not (Unknown or "nil") && !text.EndsWith('?') ? text + "?" : text;
    }

    private string Plain(Type type, NullableParts? parts)
    {
        if (WireTypes.Known.TryGetValue(type, out string? known))
        {
            return known;
        }

        if (IsEndless(type) || type.IsDefined(typeof(MessagePackFormatterAttribute), inherit: false))
        {
            return Unknown;
        }

        return type.IsArray ? Array(type, Of(type.GetElementType()!, parts?.Parts.ElementAtOrDefault(0)))
            : type.IsEnum ? Enumeration(type)
            : type.IsDefined(typeof(UnionAttribute), inherit: false) ? "tuple<int32,any>"
            : IsTuple(type) ? $"tuple<{string.Join(',', type.GenericTypeArguments.Select((part, i) => Of(part, parts?.Parts.ElementAtOrDefault(i))))}>"
            : StreamRules.IsBytes(type) ? "stream<bin>"
            : StreamRules.ItemOf(type) is { } item ? $"stream<{Of(item, parts?.Parts.ElementAtOrDefault(0))}>"
            : IsLazy(type) ? Of(type.GenericTypeArguments[0], parts?.Parts.ElementAtOrDefault(0))
            : Collection(type, parts) ?? Object(type);
    }

    private static string Array(Type type, string element)
        => type.GetArrayRank() == 1 ? $"list<{element}>"
            : $"tuple<{string.Concat(Enumerable.Repeat("int32,", type.GetArrayRank()))}list<{element}>>";

    private static bool IsTuple(Type type)
        => type is { IsGenericType: true, Namespace: "System" or "System.Collections.Generic" }
            && (type.IsAssignableTo(typeof(ITuple)) || type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>));

    private static bool IsLazy(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Lazy<>);

    private string? Collection(Type type, NullableParts? parts)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() is { } span && (span == typeof(Memory<>) || span == typeof(ReadOnlyMemory<>)))
        {
            return $"list<{Of(type.GenericTypeArguments[0], parts?.Parts.ElementAtOrDefault(0))}>";
        }

        return Generic(type, typeof(IDictionary<,>), parts) is { } pairs ? $"map<{pairs}>"
            : Generic(type, typeof(IReadOnlyDictionary<,>), parts) is { } readable ? $"map<{readable}>"
            : Generic(type, typeof(IEnumerable<>), parts) is { } elements ? $"list<{elements}>"
            : type.IsAssignableTo(typeof(IDictionary)) ? "map<any,any>"
            : type.IsAssignableTo(typeof(IEnumerable)) ? "list<any>"
            : null;
    }

    /// <summary>The arguments of a generic interface; annotations are known of those that are arguments of the type itself.</summary>
    private string? Generic(Type type, Type contract, NullableParts? parts)
    {
        if (Implemented(type, contract) is not { } implemented)
        {
            return null;
        }

        Type[] declared = Implemented(type.IsGenericType ? type.GetGenericTypeDefinition() : type, contract)!.GetGenericArguments();
        return string.Join(',', implemented.GenericTypeArguments.Select((argument, i)
            => Of(argument, declared[i].IsGenericParameter ? parts?.Parts.ElementAtOrDefault(declared[i].GenericParameterPosition) : null)));
    }

    private static Type? Implemented(Type type, Type contract)
        => type.GetInterfaces().Prepend(type).FirstOrDefault(known => known.IsGenericType && known.GetGenericTypeDefinition() == contract);

    private string Enumeration(Type type)
    {
        string number = WireTypes.Known[type.GetEnumUnderlyingType()];
        return Named(type, "enum", () => [.. type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => new MprpcMemberSchema(number, field.Name, NumberOf(field.GetRawConstantValue()!)))]);
    }

    private static object NumberOf(object value) => value is ulong and > long.MaxValue ? value : Convert.ToInt64(value, CultureInfo.InvariantCulture);

    private string Object(Type type)
        => NotData.WhyNot(type) is not null || ReflectedObject.Of(type, out _) is not { } model ? Unknown
            : Named(type, model.IsMap ? "map" : "array", () => [.. model.Members.Select(member => new MprpcMemberSchema(
                member.Formatter is null ? Of(member.Type, PartsOf(member.Member)) : Unknown, member.Name, model.IsMap ? member.KeyText : member.Key!))]);

    private string Named(Type type, string kind, Func<MprpcMemberSchema[]> membersOf)
    {
        string[] arguments = [.. type.GetGenericArguments().Select(argument => Of(argument, parts: null))];

        // It may have been met among its arguments, and may be met again among its members.
        if (!_keys.TryGetValue(type, out string? key))
        {
            string own = OwnName(type);
            key = $"{(type.Namespace is { } space ? space + "." : "")}{OuterNames(type)}{own}{Suffix(arguments, static argument => argument)}";
            _keys.Add(type, key);
            _names[key] = own + Suffix(arguments, argument => _names[argument]);
            _found[key] = new MprpcTypeSchema(key, _names[key], kind, membersOf());
        }

        return $"@{key}";
    }

    private static string Suffix(string[] arguments, Func<string, string> nameOf)
        => arguments.Length == 0 ? "" : "Of" + string.Join("And", arguments.Select(argument => SchemaText.IntoName(argument, nameOf)));

    private static string OuterNames(Type type) => type.DeclaringType is { } outer ? $"{OuterNames(outer)}{OwnName(outer)}." : "";

    private static string OwnName(Type type)
        => string.Concat(type.Name.TakeWhile(static c => c != '`').Select(static c => char.IsLetterOrDigit(c) ? c : '_'));

    private static int DepthOf(Type type, int most) => most < 0 ? 1
        : type.IsArray ? 1 + DepthOf(type.GetElementType()!, most - 1)
        : type.IsGenericType ? 1 + type.GetGenericArguments().Max(argument => DepthOf(argument, most - 1))
        : 0;
}
