using System.ComponentModel;

namespace Mprpc.CompilerServices;

/// <summary>A member of a named type. For generated code.</summary>
/// <param name="type">Its type on the wire; of an enum's value, the enum's number type.</param>
/// <param name="name">Its C# name.</param>
/// <param name="key">Its key in a map, its place in an array, or an enum's number (<see cref="long"/>, or <see cref="ulong"/> above that).</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class MprpcMemberSchema(string type, string name, object key)
{
    internal string Type { get; } = type;

    internal string Name { get; } = name;

    internal object Key { get; } = key;
}
