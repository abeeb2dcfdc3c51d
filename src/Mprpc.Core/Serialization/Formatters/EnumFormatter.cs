using System.Runtime.CompilerServices;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>An enum as its number, in the shortest encoding; also read from a float that is whole.</summary>
/// <typeparam name="T">The enum; without a constraint, so that code that knows it only as a type argument can make one under native AOT.</typeparam>
internal sealed class EnumFormatter<T> : IMessagePackFormatter<T>
{
    private static readonly TypeCode Code = Type.GetTypeCode(typeof(T));

    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
    {
        switch (Code)
        {
            case TypeCode.Int32:
                writer.Write(Unsafe.As<T, int>(ref value));
                break;
            case TypeCode.Byte:
                writer.Write(Unsafe.As<T, byte>(ref value));
                break;
            case TypeCode.SByte:
                writer.Write(Unsafe.As<T, sbyte>(ref value));
                break;
            case TypeCode.Int16:
                writer.Write(Unsafe.As<T, short>(ref value));
                break;
            case TypeCode.UInt16:
                writer.Write(Unsafe.As<T, ushort>(ref value));
                break;
            case TypeCode.UInt32:
                writer.Write(Unsafe.As<T, uint>(ref value));
                break;
            case TypeCode.UInt64:
                writer.Write(Unsafe.As<T, ulong>(ref value));
                break;
            default:
                writer.Write(Unsafe.As<T, long>(ref value));
                break;
        }
    }

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => Code switch
    {
        TypeCode.Int32 => From(MprpcFormatting.ReadInt32(ref reader)),
        TypeCode.Byte => From(MprpcFormatting.ReadByte(ref reader)),
        TypeCode.SByte => From(MprpcFormatting.ReadSByte(ref reader)),
        TypeCode.Int16 => From(MprpcFormatting.ReadInt16(ref reader)),
        TypeCode.UInt16 => From(MprpcFormatting.ReadUInt16(ref reader)),
        TypeCode.UInt32 => From(MprpcFormatting.ReadUInt32(ref reader)),
        TypeCode.UInt64 => From(MprpcFormatting.ReadUInt64(ref reader)),
        _ => From(MprpcFormatting.ReadInt64(ref reader)),
    };

    private static T From<TNumber>(TNumber number) => Unsafe.As<TNumber, T>(ref number);
}
