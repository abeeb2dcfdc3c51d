using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Whether values of a type can contain values of the same type, by reflection, once for each type.</summary>
internal static class Nestable
{
    private const int MaxGenericLevels = 6;

    private static readonly ConcurrentDictionary<Type, Type[]> Known = new();

    /// <summary>True if a value can contain itself by its declared types; what is declared as <see cref="object"/> is guarded where it is written.</summary>
    public static bool ContainsItself(Type type)
    {
        var seen = new HashSet<Type>();
        var open = new Stack<Type>(ContentsOf(type));

        while (open.TryPop(out Type? content))
        {
            if (content == type || Grows(content))
            {
                return true;
            }

            if (seen.Add(content))
            {
                foreach (Type inner in ContentsOf(content))
                {
                    open.Push(inner);
                }
            }
        }

        return false;
    }

    /// <summary>Whether type arguments nest so deep that they may grow from member to member, which would never end.</summary>
    public static bool Grows(Type type) => Depth(type) > MaxGenericLevels;

    /// <summary>Whether a type is one of .NET's, whose members hold values of others only if it is generic.</summary>
    public static bool IsOfDotNet(Type type)
        => type.Assembly == typeof(object).Assembly || type.Namespace == "System" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;

    /// <summary>What values of a type are made of, by its declared members, elements and type arguments.</summary>
    public static Type[] ContentsOf(Type type) => Known.GetOrAdd(type, static type => [.. Find(type)]);

    // Not IEquatable<T> and the like, which say nothing of what a value holds: each record has it of itself.
    private static bool IsSequence(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>);

    private static int Depth(Type type)
        => type.HasElementType ? 1 + Depth(type.GetElementType()!)
            : type.IsGenericType ? 1 + type.GenericTypeArguments.Select(Depth).DefaultIfEmpty().Max()
            : 0;

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Where members are trimmed, formatters are generated, and these guard themselves.")]
    private static IEnumerable<Type> Find(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(object) || type.IsPointer || type.IsByRef)
        {
            return [];
        }

        if (type.HasElementType)
        {
            return [type.GetElementType()!];
        }

        IEnumerable<Type> elements = type.GetInterfaces().Where(IsSequence).SelectMany(known => known.GenericTypeArguments);
        IEnumerable<Type> unions = type.GetCustomAttributes<UnionAttribute>(inherit: false).Select(union => union.SubType);
        elements = elements.Concat(type.GenericTypeArguments).Concat(unions);

        if (!IsOfDotNet(type))
        {
            const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
            elements = elements
                .Concat(type.GetProperties(Any).Select(property => property.PropertyType))
                .Concat(type.GetFields(Any).Select(field => field.FieldType))
                .Concat(type.BaseType is { } parent ? ContentsOf(parent) : []);
        }

        return elements.Where(element => !element.IsGenericParameter).Distinct();
    }
}
