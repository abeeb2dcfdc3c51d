using System.ComponentModel;

namespace Mprpc.CompilerServices;

/// <summary>The type of a parameter on the wire: reads and writes its values by the declaration. For generated code.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class MprpcArgument
{
    private protected MprpcArgument(Type type, string schema, object? defaultValue)
    {
        Type = type;
        Schema = schema;
        DefaultValue = defaultValue;
    }

    /// <summary>A parameter.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="schema">Its type on the wire (docs/protocol.md 10.11), with <c>@</c> before the keys of named types.</param>
    /// <param name="defaultValue">What it is if a peer leaves it out.</param>
    public static MprpcArgument Of<T>(string schema, T defaultValue = default!) => new MprpcArgument<T>(schema, defaultValue);

    /// <summary>A params array.</summary>
    /// <typeparam name="TElement">The type of its elements.</typeparam>
    /// <param name="schema">Its type on the wire.</param>
    public static MprpcArgument Rest<TElement>(string schema) => new RestArgument<TElement>(schema);

    /// <summary>A stream.</summary>
    /// <typeparam name="TItem">The type of its items.</typeparam>
    /// <param name="schema">Its type on the wire.</param>
    public static MprpcArgument Stream<TItem>(string schema) => new StreamArgument<TItem>(schema);

    internal Type Type { get; }

    /// <summary>The type on the wire, with <c>@</c> before the keys of named types.</summary>
    internal string Schema { get; }

    internal object? DefaultValue { get; }

    /// <summary>What the method gets if a peer leaves the parameter out.</summary>
    internal virtual object? LeftOut => DefaultValue;

    /// <summary>Reads a value as the method's own code reads it.</summary>
    internal abstract object? Read(ref MprpcReader reader);

    /// <summary>Writes a value if it is of the type.</summary>
    internal abstract bool TryWrite(MprpcWriter writer, object? value);
}
