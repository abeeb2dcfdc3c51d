using System.Reflection;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>A property or field of a type whose formatter is made at run time.</summary>
/// <param name="Member">The member.</param>
/// <param name="Type">Its type.</param>
/// <param name="Key">Its number or its name, on the wire; null where the type has numbers, and the member none.</param>
/// <param name="IsReadable">Whether it is written.</param>
/// <param name="IsWritable">Whether it can be set.</param>
/// <param name="Filling">The type of the elements of a collection that its owner has made and that is filled, else null.</param>
internal sealed record ReflectedMember(MemberInfo Member, Type Type, object? Key, bool IsReadable, bool IsWritable, Type? Filling)
{
    public string Name => Member.Name;

    /// <summary>The name of the key, where names are keys.</summary>
    public string KeyText => Key as string ?? Name;

    /// <summary>The member's own formatter, if an attribute says so.</summary>
    public MessagePackFormatterAttribute? Formatter => Member.GetCustomAttribute<MessagePackFormatterAttribute>();
}
