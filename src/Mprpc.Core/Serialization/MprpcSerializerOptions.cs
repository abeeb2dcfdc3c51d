using MessagePack;
using MessagePack.Formatters;
using Mprpc.Serialization;

namespace Mprpc;

/// <summary>How values become MessagePack and back.</summary>
/// <remarks>
/// Decoding always uses <see cref="MessagePackSecurity.UntrustedData"/>: what a peer sends is data and chooses no type. Immutable and safe for concurrent use.
/// </remarks>
public sealed class MprpcSerializerOptions
{
    private readonly MessagePackSerializerOptions _messagePack;

    /// <summary>Creates options around the given resolver.</summary>
    /// <param name="resolver"> Finds the formatter of a type. Null: the default, MessagePack's standard formatters, with types that carry no
    /// [MessagePackObject] as maps from member name to value.
    /// </param>
    /// <exception cref="ArgumentException">The resolver loads the types that a peer names (MessagePack's Typeless resolvers).</exception>
    public MprpcSerializerOptions(IFormatterResolver? resolver = null)
        : this(MessagePackSetup.Current.Make(resolver), oldSpec: false, usesGeneratedValues: resolver is null)
    {
    }

    private MprpcSerializerOptions(MessagePackSerializerOptions messagePack, bool oldSpec, bool usesGeneratedValues)
    {
        _messagePack = messagePack;
        OldSpec = oldSpec;
        UsesGeneratedValues = usesGeneratedValues;
    }

    /// <summary>The options that are used where none are given.</summary>
    public static MprpcSerializerOptions Default { get; } = new();

    /// <summary>The same as MessagePack's serializer takes them.</summary>
    public MessagePackSerializerOptions MessagePack => _messagePack;

    /// <summary>Whether text and bytes are written as fixraw, raw16 and raw32 only, as before MessagePack had str8, bin and ext.</summary>
    internal bool OldSpec { get; }

    /// <summary>Whether generated code may read and write a type in place: a resolver of the user's own may have its own formatter for it.</summary>
    internal bool UsesGeneratedValues { get; }

    /// <summary>The formatter of a type, found once for all who use the default resolver.</summary>
    /// <exception cref="MessagePackSerializationException">There is none.</exception>
    internal IMessagePackFormatter<T> FormatterOf<T>()
        => (UsesGeneratedValues ? DefaultFormatter<T>.Instance : null) ?? _messagePack.Resolver.GetFormatterWithVerify<T>();

    internal MprpcSerializerOptions WithOldSpec() => OldSpec ? this : new(_messagePack.WithOldSpec(true), oldSpec: true, UsesGeneratedValues);

    private static class DefaultFormatter<T>
    {
        public static readonly IMessagePackFormatter<T>? Instance = Default.MessagePack.Resolver.GetFormatter<T>();
    }
}
