using System.ComponentModel;

namespace Mprpc.CompilerServices;

/// <summary>A named type as it stands on the wire (docs/protocol.md 10.11). For generated code.</summary>
/// <param name="key">Its full name, by which the types of parameters and members refer to it, with <c>@</c> before it.</param>
/// <param name="name">Its short name, which callers see as long as no other type has the same.</param>
/// <param name="kind"><c>map</c>, <c>array</c> or <c>enum</c>.</param>
/// <param name="members">Its members, in the order in which they are written.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class MprpcTypeSchema(string key, string name, string kind, IReadOnlyList<MprpcMemberSchema> members)
{
    internal string Key { get; } = key;

    internal string Name { get; } = name;

    internal string Kind { get; } = kind;

    internal IReadOnlyList<MprpcMemberSchema> Members { get; } = members;
}
