using System.Buffers;
using System.Runtime.CompilerServices;
using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>What code that is made at run time calls.</summary>
internal static class ObjectValues
{
    public static void WriteNil(ref MessagePackWriter writer) => writer.WriteNil();

    public static void WriteArrayHeader(ref MessagePackWriter writer, int count) => writer.WriteArrayHeader(count);

    public static void WriteMapHeader(ref MessagePackWriter writer, int count) => writer.WriteMapHeader(count);

    public static void WriteKey(ref MessagePackWriter writer, byte[] utf8) => writer.WriteString(utf8);

    public static int ReadArrayHeader(ref MessagePackReader reader) => MprpcFormatting.ReadArrayHeader(ref reader);

    public static int ReadMapHeader(ref MessagePackReader reader) => MprpcFormatting.ReadMapHeader(ref reader);

    public static void EnterObject(ref MessagePackReader reader, MessagePackSerializerOptions options) => options.Security.DepthStep(ref reader);

    public static void LeaveObject(ref MessagePackReader reader) => reader.Depth--;

    public static void Skip(ref MessagePackReader reader) => reader.Skip();

    /// <summary>Which member the next key names; less than 0 for none.</summary>
    public static int FindKey(ref MessagePackReader reader, byte[][] keys)
    {
        ReadOnlySpan<byte> key = MprpcFormatting.ReadKey(ref reader);

        for (int i = 0; i < keys.Length; i++)
        {
            if (key.SequenceEqual(keys[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Which member has a number; less than 0 for none.</summary>
    public static int FindIndex(int index, int[] keys) => index < keys.Length && keys[index] == index ? index : Array.IndexOf(keys, index);

    public static void Write<T>(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
    {
        // Each comparison is a constant to the JIT where T is a value type: one branch is left.
        if (typeof(T) == typeof(int))
        {
            writer.Write(Unsafe.As<T, int>(ref value));
        }
        else if (typeof(T) == typeof(long))
        {
            writer.Write(Unsafe.As<T, long>(ref value));
        }
        else if (typeof(T) == typeof(bool))
        {
            writer.Write(Unsafe.As<T, bool>(ref value));
        }
        else if (typeof(T) == typeof(double))
        {
            writer.Write(Unsafe.As<T, double>(ref value));
        }
        else
        {
            options.Resolver.GetFormatterWithVerify<T>().Serialize(ref writer, value, options);
        }
    }

    public static T Read<T>(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => options.Resolver.GetFormatterWithVerify<T>().Deserialize(ref reader, options);
}
