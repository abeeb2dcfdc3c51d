using System.Numerics;
using System.Runtime.CompilerServices;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Reads an integer also where a peer sent it as a float that is whole, which MessagePack's formatter refuses.</summary>
internal sealed class IntegerFormatter<T> : IMessagePackFormatter<T>
    where T : struct, IBinaryInteger<T>
{
    public static readonly IntegerFormatter<T> Instance = new();

    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
    {
        if (T.IsNegative(value))
        {
            writer.Write(long.CreateTruncating(value));
        }
        else
        {
            writer.Write(ulong.CreateTruncating(value));
        }
    }

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => Read(ref reader);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Read(ref MessagePackReader reader)
    {
        // Each comparison is a constant to the JIT: one branch is left.
        if (typeof(T) == typeof(int))
        {
            return T.CreateTruncating(MprpcFormatting.ReadInt32(ref reader));
        }

        if (typeof(T) == typeof(uint))
        {
            return T.CreateTruncating(MprpcFormatting.ReadUInt32(ref reader));
        }

        if (typeof(T) == typeof(short))
        {
            return T.CreateTruncating(MprpcFormatting.ReadInt16(ref reader));
        }

        if (typeof(T) == typeof(ushort))
        {
            return T.CreateTruncating(MprpcFormatting.ReadUInt16(ref reader));
        }

        if (typeof(T) == typeof(byte))
        {
            return T.CreateTruncating(MprpcFormatting.ReadByte(ref reader));
        }

        if (typeof(T) == typeof(sbyte))
        {
            return T.CreateTruncating(MprpcFormatting.ReadSByte(ref reader));
        }

        if (typeof(T) == typeof(char))
        {
            return T.CreateTruncating((ushort)MprpcFormatting.ReadChar(ref reader));
        }

        return typeof(T) == typeof(ulong)
            ? T.CreateTruncating(MprpcFormatting.ReadUInt64(ref reader))
            : T.CreateTruncating(MprpcFormatting.ReadInt64(ref reader));
    }
}
