namespace Mprpc.SourceGenerator.Model;

/// <summary>How a member of a decoded object gets its value.</summary>
internal enum Assignment
{
    /// <summary>It does not: it is only written.</summary>
    None,

    /// <summary>The constructor takes it.</summary>
    Constructor,

    /// <summary>In the object initializer, always: it is required.</summary>
    Initializer,

    /// <summary>
    /// After construction, where the peer has sent it, by a setter that is init-only or not public: so that a default of the type's own stays otherwise.
    /// </summary>
    InitSetter,

    /// <summary>After construction, where the peer has sent it.</summary>
    Setter,

    /// <summary>It is a collection that the object has made: after construction, its elements are replaced where the peer has sent some.</summary>
    Fill,
}
