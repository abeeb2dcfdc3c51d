namespace Mprpc.SourceGenerator.Model;

/// <summary>What a type that is read and written in place is made of.</summary>
internal enum ValueShape
{
    /// <summary>Members.</summary>
    Object,

    /// <summary>A value or nil.</summary>
    Nullable,

    /// <summary>An array.</summary>
    Array,

    /// <summary>A List.</summary>
    List,

    /// <summary>An interface of lists that is read as an array.</summary>
    ArrayInterface,

    /// <summary>An interface of lists that is read as a List.</summary>
    ListInterface,

    /// <summary>A Dictionary.</summary>
    Dictionary,

    /// <summary>An interface of dictionaries, which is read as a Dictionary.</summary>
    DictionaryInterface,
}
