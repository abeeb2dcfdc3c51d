using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Values that a formatter reads in place of what a peer sent in another form.</summary>
internal static class Substitute
{
    public static readonly ReadOnlyMemory<byte> Nil = new byte[] { MessagePackCode.Nil };
    public static readonly ReadOnlyMemory<byte> EmptyArray = new byte[] { MessagePackCode.MinFixArray };
    public static readonly ReadOnlyMemory<byte> EmptyMap = new byte[] { MessagePackCode.MinFixMap };

    /// <summary>Reads over JavaScript's undefined if it is next.</summary>
    public static bool Undefined(ref MessagePackReader reader) => reader.NextCode == MessagePackCode.FixExt1 && MprpcFormatting.TryReadNil(ref reader);

    public static T Read<T>(IMessagePackFormatter<T> formatter, ReadOnlyMemory<byte> value, ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var other = new MessagePackReader(value) { Depth = reader.Depth, CancellationToken = reader.CancellationToken };
        return formatter.Deserialize(ref other, options);
    }
}
