using MessagePack;

namespace Mprpc.Serialization;

/// <summary>
/// Makes MessagePack's options, with the resolvers, comparers and buffers that stand behind <see cref="MprpcSerializerOptions"/>. Abstract: those know
/// formatters, which know reader and writer, which know the options.
/// </summary>
internal abstract class MessagePackSetup
{
    /// <summary>The one there is; set before any code of the library runs.</summary>
    public static MessagePackSetup Current { get; protected set; } = null!;

    /// <summary>The options around a resolver.</summary>
    /// <param name="resolver">The user's; null for ours.</param>
    /// <exception cref="ArgumentException">The resolver loads the types that a peer names.</exception>
    public abstract MessagePackSerializerOptions Make(IFormatterResolver? resolver);
}
