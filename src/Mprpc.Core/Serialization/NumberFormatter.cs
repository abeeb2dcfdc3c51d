using System.Globalization;
using System.Numerics;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;

namespace Mprpc.Serialization;

/// <summary>
/// Reads a number that MessagePack has no type for, also where the peer's language wrote it as a plain number; writes it as MessagePack for C# does.
/// </summary>
/// <remarks>Decimals are text on the wire, 128-bit and big integers little-endian bytes: a caller who has 5 sends 5.</remarks>
internal sealed class NumberFormatter<T> : IMessagePackFormatter<T>
    where T : struct, INumberBase<T>
{
    private static readonly IMessagePackFormatter<T> Standard = BuiltinResolver.Instance.GetFormatterWithVerify<T>();

    public static readonly NumberFormatter<T> Instance = new();

    private NumberFormatter()
    {
    }

    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options) => Standard.Serialize(ref writer, value, options);

    // docs/protocol.md 7.4: an integer is accepted in any encoding that fits, and a float where it is whole.
    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => reader.NextCode switch
    {
        MessagePackCode.UInt64 => T.CreateChecked(reader.ReadUInt64()),
        MessagePackCode.Float32 when typeof(T) == typeof(decimal) => T.CreateChecked(reader.ReadSingle()),
        MessagePackCode.Float64 when typeof(T) == typeof(decimal) => T.CreateChecked(reader.ReadDouble()),
        MessagePackCode.Float32 or MessagePackCode.Float64 => FromWhole(reader.ReadDouble()),
        _ when reader.NextMessagePackType == MessagePackType.Integer => T.CreateChecked(reader.ReadInt64()),
        _ => Standard.Deserialize(ref reader, options),
    };

    private static T FromWhole(double number)
        => double.IsInteger(number) ? T.CreateChecked(number)
            : throw new MessagePackSerializationException(
                string.Create(CultureInfo.InvariantCulture, $"{number:R} cannot be read as {TypeName.Of(typeof(T))}: allowed are whole numbers."));
}
