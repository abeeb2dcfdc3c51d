using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>
/// Finds the members of a type that stand on the wire, in MessagePack's order: those of its base types first; properties before fields. The generator finds the
/// same.
/// </summary>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Not reached under native AOT; without it nothing of a contract is trimmed.")]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above.")]
internal static class ReflectedMembers
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <param name="type">The type.</param>
    /// <param name="byName">Whether names are the keys, whatever [Key] says.</param>
    /// <param name="allowPrivate">Whether members that are not public belong to it where they have a key.</param>
    public static List<ReflectedMember> Of(Type type, bool byName, bool allowPrivate)
    {
        bool isData = !type.IsDefined(typeof(MessagePackObjectAttribute), inherit: true) && type.IsDefined(typeof(DataContractAttribute), inherit: true);
        List<MemberInfo> all = [];

        for (Type? level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            List<MemberInfo> members = [.. level.GetMembers(Declared).Where(member => member is PropertyInfo or FieldInfo)];

            // What overrides a member takes its place where numbers are the keys, and its own where names are.
            foreach (PropertyInfo known in all.OfType<PropertyInfo>().ToList())
            {
                int place = members.FindIndex(member => member.Name == known.Name && Overrides(known, member));

                if (place >= 0)
                {
                    members.RemoveAt(place);

                    if (!byName)
                    {
                        all.Remove(known);
                        members.Insert(place, known);
                    }
                }
            }

            all.InsertRange(0, members);
        }

        bool hasOrders = isData && all.Any(member => member.GetCustomAttribute<DataMemberAttribute>() is { Order: >= 0 });

        return [.. all.OfType<PropertyInfo>().Concat<MemberInfo>(all.OfType<FieldInfo>())
            .Where(member => IsMember(member, allowPrivate, isData))
            .Select(member => Make(member, allowPrivate || isData, isData ? DataKey(member, hasOrders) : byName ? member.Name : KeyOf(member)))
            .Where(member => member.IsReadable || member.IsWritable)];
    }

    /// <summary>What [Key] says, here or in what the member overrides.</summary>
    public static object? KeyOf(MemberInfo member)
        => member.GetCustomAttributes(typeof(KeyAttribute), inherit: true).Concat(Attribute.GetCustomAttributes(member, typeof(KeyAttribute), inherit: true))
            .OfType<KeyAttribute>()
            .Select(key => key.IntKey is { } number ? number : (object?)key.StringKey)
            .FirstOrDefault();

    /// <summary>The type of the elements where a type is a collection that can be filled.</summary>
    public static Type? ElementOf(Type type)
        => type.IsArray || IsReadOnly(type) ? null : type.GetInterfaces().Prepend(type)
            .Where(known => known.IsGenericType && known.GetGenericTypeDefinition() == typeof(ICollection<>))
            .Select(known => known.GenericTypeArguments[0])
            .FirstOrDefault();

    private static bool IsReadOnly(Type type)
        => type.Name.StartsWith("ReadOnly", StringComparison.Ordinal) || type.Namespace is "System.Collections.Immutable" or "System.Collections.Frozen";

    /// <summary>Whether objects of a type hold something that nobody has said to leave out.</summary>
    public static bool HoldSomething(Type type)
    {
        for (Type? level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            string[] ignored = [.. level.GetProperties(Declared)
                .Where(IsIgnored)
                .Select(property => $"<{property.Name}>k__BackingField")];

            if (Array.Exists(level.GetFields(Declared), field => !IsIgnored(field) && !ignored.Contains(field.Name)))
            {
                return true;
            }
        }

        return false;
    }

    private static ReflectedMember Make(MemberInfo member, bool allowPrivate, object? key)
    {
        if (member is FieldInfo field)
        {
            return new ReflectedMember(field, field.FieldType, key, IsReadable: true, IsWritable: !field.IsInitOnly, Filling: null);
        }

        var property = (PropertyInfo)member;
        bool isReadable = property.GetMethod is { } get && (get.IsPublic || allowPrivate);

        // A setter that is not public sets what a peer has sent all the same: else the member would be lost without a word.
        bool isWritable = property.SetMethod is { } set && (set.IsPublic || isReadable);
        Type? filling = isReadable && !isWritable ? ElementOf(property.PropertyType) : null;
        return new ReflectedMember(property, property.PropertyType, key, isReadable, isWritable, filling);
    }

    private static bool IsIgnored(MemberInfo member)
        => member.IsDefined(typeof(IgnoreMemberAttribute)) || member.IsDefined(typeof(IgnoreDataMemberAttribute));

    private static bool IsMember(MemberInfo member, bool allowPrivate, bool isData)
    {
        if (IsIgnored(member) || member.IsDefined(typeof(CompilerGeneratedAttribute)))
        {
            return false;
        }

        if (isData)
        {
            return member.IsDefined(typeof(DataMemberAttribute));
        }

        bool isHidden = allowPrivate && KeyOf(member) is not null;

        return member switch
        {
            PropertyInfo property => property.GetIndexParameters().Length == 0
                && (isHidden || property.GetMethod?.IsPublic == true || property.SetMethod?.IsPublic == true)
                && !property.PropertyType.IsByRef && !property.PropertyType.IsByRefLike && !property.PropertyType.IsPointer,
            FieldInfo field => (isHidden || field.IsPublic) && !field.FieldType.IsPointer,
            _ => false,
        };
    }

    private static object DataKey(MemberInfo member, bool hasOrders)
    {
        DataMemberAttribute data = member.GetCustomAttribute<DataMemberAttribute>()!;
        return hasOrders ? data.Order : data.Name ?? member.Name;
    }

    private static bool Overrides(PropertyInfo derived, MemberInfo member)
        => member is PropertyInfo property
            && (derived.GetMethod ?? derived.SetMethod) is { IsVirtual: true } own && (property.GetMethod ?? property.SetMethod) is { } parent
            && own.GetBaseDefinition() == parent.GetBaseDefinition();
}
