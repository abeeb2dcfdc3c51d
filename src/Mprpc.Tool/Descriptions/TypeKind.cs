namespace Mprpc.Tool.Descriptions;

/// <summary>What a described type is on the wire.</summary>
internal enum TypeKind
{
    /// <summary>A map with the members' keys.</summary>
    Map,

    /// <summary>An array; the key of a member is its place.</summary>
    Array,

    /// <summary>One of several numbers, each with a name.</summary>
    Enum,

    /// <summary>Anything else, as neovim's handles, which are extension types.</summary>
    Other,
}
