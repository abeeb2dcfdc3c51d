using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Serialization;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>A type as the members and the constructor that it is sent by, or why it cannot be sent. The generator's ObjectParser comes to the same.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Not reached under native AOT; without it nothing of a contract is trimmed.")]
internal sealed class ReflectedObject
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    // Of .NET's own types with members, those that are made of what can be set.
    private static readonly HashSet<string> KnownOfDotNet = new(StringComparer.Ordinal)
    {
        "System.Drawing.Point", "System.Drawing.PointF", "System.Drawing.Size", "System.Drawing.SizeF", "System.Drawing.Rectangle", "System.Drawing.RectangleF",
    };

    private ReflectedObject(Type type, bool isMap, IReadOnlyList<ReflectedMember> members, ConstructorInfo? constructor, IReadOnlyList<ReflectedMember> taken)
    {
        Type = type;
        IsMap = isMap;
        Members = members;
        Constructor = constructor;
        Taken = taken;
    }

    public Type Type { get; }

    /// <summary>Whether it is a map from names to values, else an array.</summary>
    public bool IsMap { get; }

    /// <summary>In the order in which they are written.</summary>
    public IReadOnlyList<ReflectedMember> Members { get; }

    /// <summary>Null for a struct without one.</summary>
    public ConstructorInfo? Constructor { get; }

    /// <summary>The members that the constructor takes, in its order.</summary>
    public IReadOnlyList<ReflectedMember> Taken { get; }

    /// <summary>Looks at a type.</summary>
    /// <param name="type">A class or struct.</param>
    /// <param name="reason">Why it cannot be sent, and the remedy.</param>
    public static ReflectedObject? Of(Type type, out string? reason)
    {
        reason = RefusalOfType(type);

        if (reason is not null)
        {
            return null;
        }

        MessagePackObjectAttribute? contract = type.GetCustomAttribute<MessagePackObjectAttribute>(inherit: true);
        bool isData = contract is null && type.IsDefined(typeof(DataContractAttribute), inherit: true);
        bool byName = contract is null ? !isData : contract.KeyAsPropertyName;
        List<ReflectedMember> members = ReflectedMembers.Of(type, byName, contract?.AllowPrivate == true);
        reason = RefusalOfMembers(members, byName);

        if (reason is not null)
        {
            return null;
        }

        bool isMap = byName || members.Any(member => member.Key is string);
        List<ReflectedMember> ordered = isMap ? members : [.. members.OrderBy(member => (int)member.Key!)];
        (ConstructorInfo? Constructor, List<ReflectedMember> Taken)? made = FindConstructor(type, ordered, isMap, contract?.AllowPrivate == true);

        if (made is not var (constructor, taken) || (constructor is null && !type.IsValueType))
        {
            reason = "none of its public constructors takes its members. Give it one without parameters, or one that takes members by their names";
            return null;
        }

        // What can only be read is computed of the rest, and not sent unless it is marked to be.
        List<ReflectedMember> sent = [.. byName ? ordered.Where(member => member.IsWritable || member.Filling is not null || taken.Contains(member)) : ordered];

        if (sent.Count == 0 && (members.Count != 0 || (byName && ReflectedMembers.HoldSomething(type))))
        {
            reason = "none of its members can be set, so that it would arrive empty. Send a record with the relevant values, or give it a formatter";
            return null;
        }

        return new ReflectedObject(type, isMap, sent, constructor, taken);
    }

    private static string? RefusalOfType(Type type)
        => IsAsynchronous(type) ? "it is an asynchronous sequence, and a message has an end. Collect it first, and send a list"
            : type is { IsClass: false, IsValueType: false } || type.IsPointer || type.IsByRefLike
                ? "it is neither a class nor a struct. Send one that has its members, or mark it with [Union]"
            : typeof(Delegate).IsAssignableFrom(type) ? "it is a delegate. Send data"
            : type.IsAbstract ? "it is abstract. Send a type that can be constructed, or mark it with [Union]"
            : IsOfDotNet(type) && !KnownOfDotNet.Contains(type.FullName!)
                ? "it is a type of .NET that cannot be rebuilt from its members. Send a record with the relevant values, or give it a formatter"
            : typeof(System.Collections.IEnumerable).IsAssignableFrom(type)
                ? "it is a collection of its own kind that cannot be filled. Send a List<T> or Dictionary<TKey, TValue>"
            : null;

    private static bool IsAsynchronous(Type type)
        => Array.Exists([type, .. type.GetInterfaces()], known => known.IsGenericType && known.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));

    private static bool IsOfDotNet(Type type)
        => type.Namespace is { } space && (space == "System" || space.StartsWith("System.", StringComparison.Ordinal));

    private static string? RefusalOfMembers(List<ReflectedMember> members, bool byName)
    {
        if (members.GroupBy(member => member.Name).FirstOrDefault(group => group.Count() > 1) is { } hidden)
        {
            return $"{hidden.Key} hides a member of its base type. Mark one of the two [IgnoreMember]";
        }

        if (byName)
        {
            return null;
        }

        if (members.FirstOrDefault(member => member.Key is null) is { } unmarked)
        {
            return $"{unmarked.Name} has neither [Key] nor [IgnoreMember]";
        }

        return members.Select(member => member.Key!.GetType()).Distinct().Count() > 1 || members.Select(member => member.Key).Distinct().Count() < members.Count
            ? "its keys are not all numbers or all names, or two are the same"
            : members.Any(member => member.Key is < 0) ? "a key is negative" : null;
    }

    private static (ConstructorInfo? Constructor, List<ReflectedMember> Taken)? FindConstructor(
        Type type, List<ReflectedMember> members, bool isMap, bool allowPrivate)
    {
        ConstructorInfo[] all = type.GetConstructors(Any);

        if (Array.Find(all, constructor => constructor.IsDefined(typeof(SerializationConstructorAttribute))) is { } chosen)
        {
            return Match(chosen, members, isMap) is { } ofChosen ? (chosen, ofChosen) : null;
        }

        foreach (ConstructorInfo constructor in all.Where(known => known.IsPublic || allowPrivate).OrderByDescending(known => known.GetParameters().Length))
        {
            if (Match(constructor, members, isMap) is { } taken)
            {
                return (constructor, taken);
            }
        }

        return type.IsValueType ? (null, []) : null;
    }

    private static List<ReflectedMember>? Match(ConstructorInfo constructor, List<ReflectedMember> members, bool isMap)
    {
        List<ReflectedMember> taken = [];

        foreach (ParameterInfo parameter in constructor.GetParameters())
        {
            ReflectedMember? member = isMap ? ByName(members, parameter.Name!) : members.ElementAtOrDefault(parameter.Position);

            if (member is not { IsReadable: true } || !IsTakenBy(parameter.ParameterType, member.Type))
            {
                return null;
            }

            taken.Add(member);
        }

        return taken;
    }

    private static bool IsTakenBy(Type parameter, Type member) => parameter == member || (!member.IsValueType && parameter.IsAssignableFrom(member));

    private static ReflectedMember? ByName(List<ReflectedMember> members, string name)
    {
        List<ReflectedMember> named = [.. members.Where(member => string.Equals(member.KeyText, name, StringComparison.OrdinalIgnoreCase)
            || string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase))];

        return named.Count == 1 ? named[0] : null;
    }
}
