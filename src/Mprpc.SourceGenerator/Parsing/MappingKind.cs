namespace Mprpc.SourceGenerator.Parsing;

/// <summary>What a call asks of its type argument.</summary>
internal enum MappingKind
{
    /// <summary>The library serves it.</summary>
    Service,

    /// <summary>The library makes a client proxy of it.</summary>
    Proxy,
}
