using System.Collections;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>
/// How deep a value of a type can nest on the wire, by the type alone: what cannot nest beyond the limit is never looked at when it is sent. By reflection,
/// once for each type.
/// </summary>
internal static class TypeDepth
{
    /// <summary>Only the value tells: the type can contain itself, or what it is made of is not known.</summary>
    public const int Unknown = int.MaxValue / 2;

    // What a generic type of .NET's adds at most: an ILookup is an array of pairs of a key and an array.
    private const int OfGeneric = 3;

    private const int MaxOpen = 64;

    private static readonly HashSet<Type> Leaves =
    [
        typeof(string), typeof(decimal), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly),
        typeof(Guid), typeof(Half), typeof(Int128), typeof(UInt128), typeof(BigInteger), typeof(Complex), typeof(Uri), typeof(Version), typeof(StringBuilder),
    ];

    // Collections that are what their count says, or throw if they are changed while they are enumerated. Of a Dictionary and a HashSet may be removed
    // meanwhile.
    private static readonly HashSet<Type> Counted =
    [
        typeof(List<>), typeof(Queue<>), typeof(Stack<>), typeof(LinkedList<>), typeof(SortedSet<>), typeof(SortedDictionary<,>),
        typeof(SortedList<,>), typeof(OrderedDictionary<,>), typeof(ArraySegment<>), typeof(ImmutableArray<>), typeof(ImmutableList<>),
        typeof(ImmutableQueue<>), typeof(ImmutableStack<>), typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>), typeof(ImmutableDictionary<,>),
        typeof(ImmutableSortedDictionary<,>), typeof(FrozenSet<>), typeof(FrozenDictionary<,>),
    ];

    /// <summary>
    /// At most how many levels; <see cref="Unknown"/> or more if there is no bound, and if what is written may not be whole: a formatter believes what a
    /// collection says of its count.
    /// </summary>
    public static int Of(Type type) => Find(type, byFormatter: false, [], []);

    private static int Find(Type type, bool byFormatter, HashSet<Type> open, Dictionary<(Type, bool), int> known)
    {
        // What is no data is never written; each record has a member of such a type.
        if (type.IsPrimitive || type.IsEnum || Leaves.Contains(type) || NotData.WhyNot(type) is not null)
        {
            return 1;
        }

        // A formatter asks other formatters for what it writes.
        byFormatter |= !GeneratedTypes.Contains(type);

        if (known.TryGetValue((type, byFormatter), out int levels))
        {
            return levels;
        }

        // Types that grow never repeat, and a long chain of types would overflow the stack here.
        if (open.Count == MaxOpen || Nestable.Grows(type) || !open.Add(type))
        {
            return Unknown;
        }

        levels = byFormatter && MayMiscount(type) ? Unknown : Math.Min(Unknown, Contents(type, byFormatter, open, known));
        open.Remove(type);
        known[(type, byFormatter)] = levels;
        return levels;
    }

    private static bool MayMiscount(Type type)
        => !type.IsArray && (type.IsAssignableTo(typeof(IEnumerable)) || type == typeof(System.Buffers.ReadOnlySequence<byte>))
            && !(type.IsGenericType && Counted.Contains(type.GetGenericTypeDefinition()));

    private static int Contents(Type type, bool byFormatter, HashSet<Type> open, Dictionary<(Type, bool), int> known)
    {
        if (type.IsArray)
        {
            return (type.GetArrayRank() == 1 ? 1 : 2) + Find(type.GetElementType()!, byFormatter, open, known);
        }

        if (Nestable.IsOfDotNet(type))
        {
            return type.IsGenericType ? OfGeneric + type.GenericTypeArguments.Max(argument => Find(argument, byFormatter, open, known)) : Unknown;
        }

        // Under native AOT members are trimmed, and only generated code knows them.
        if (!RuntimeFeature.IsDynamicCodeSupported || HasFormatter(type) || type.IsDefined(typeof(UnionAttribute), inherit: false))
        {
            return Unknown;
        }

        return 1 + Nestable.ContentsOf(type).Select(content => Find(content, byFormatter, open, known)).DefaultIfEmpty(0).Max();
    }

    /// <summary>Whether code of the user's writes the type or one of its members: it may write anything.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Where members are trimmed with native AOT, this is not asked.")]
    private static bool HasFormatter(Type type)
    {
        const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
        return type.IsDefined(typeof(MessagePackFormatterAttribute), inherit: false)
            || Array.Exists(
                type.GetMembers(Any),
                member => member is PropertyInfo or FieldInfo && member.IsDefined(typeof(MessagePackFormatterAttribute), inherit: true));
    }
}
