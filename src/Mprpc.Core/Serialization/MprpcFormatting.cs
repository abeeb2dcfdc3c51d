using System.Buffers;
using System.ComponentModel;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.Serialization;

namespace Mprpc.CompilerServices;

/// <summary>
/// What formatters read and write as docs/protocol.md 7 demands, where MessagePack's own reader is stricter, or repairs what it reads. For generated code.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcFormatting
{
    /// <summary>Reads an integer of any encoding, also a float that is whole.</summary>
    /// <param name="reader">Where from.</param>
    public static int ReadInt32(ref MessagePackReader reader) => (int)ReadInteger(ref reader, int.MinValue, int.MaxValue, "int");

    /// <summary>Reads an integer of any encoding, also a float that is whole.</summary>
    /// <param name="reader">Where from.</param>
    public static long ReadInt64(ref MessagePackReader reader) => ReadInteger(ref reader, long.MinValue, long.MaxValue, "long");

    /// <summary>Reads an integer of any encoding, also a float that is whole.</summary>
    /// <param name="reader">Where from.</param>
    public static short ReadInt16(ref MessagePackReader reader) => (short)ReadInteger(ref reader, short.MinValue, short.MaxValue, "short");

    /// <summary>Reads an integer of any encoding, also a float that is whole.</summary>
    /// <param name="reader">Where from.</param>
    public static sbyte ReadSByte(ref MessagePackReader reader) => (sbyte)ReadInteger(ref reader, sbyte.MinValue, sbyte.MaxValue, "sbyte");

    /// <summary>Reads an integer of any encoding, also a float that is whole.</summary>
    /// <param name="reader">Where from.</param>
    public static uint ReadUInt32(ref MessagePackReader reader) => (uint)ReadInteger(ref reader, 0, uint.MaxValue, "uint");

    /// <summary>Reads an integer of any encoding, also a float that is whole.</summary>
    /// <param name="reader">Where from.</param>
    public static ushort ReadUInt16(ref MessagePackReader reader) => (ushort)ReadInteger(ref reader, 0, ushort.MaxValue, "ushort");

    /// <summary>Reads an integer of any encoding, also a float that is whole.</summary>
    /// <param name="reader">Where from.</param>
    public static byte ReadByte(ref MessagePackReader reader) => (byte)ReadInteger(ref reader, 0, byte.MaxValue, "byte");

    /// <summary>Reads a UTF-16 code unit, which is an integer on the wire.</summary>
    /// <param name="reader">Where from.</param>
    public static char ReadChar(ref MessagePackReader reader) => (char)ReadInteger(ref reader, 0, char.MaxValue, "char (a number)");

    /// <summary>Reads an integer of any encoding, also a float that is whole.</summary>
    /// <param name="reader">Where from.</param>
    public static ulong ReadUInt64(ref MessagePackReader reader)
    {
        if (reader.NextCode == MessagePackCode.UInt64)
        {
            return reader.ReadUInt64();
        }

        if (reader.NextMessagePackType != MessagePackType.Float)
        {
            return (ulong)ReadInteger(ref reader, 0, long.MaxValue, "ulong");
        }

        double number = reader.ReadDouble();
        return WholeNumber.TryGet(number, out ulong integer) ? integer : throw NotWhole("ulong", number);
    }

    /// <summary>Reads a number.</summary>
    /// <param name="reader">Where from.</param>
    public static double ReadDouble(ref MessagePackReader reader) => reader.ReadDouble();

    /// <summary>Reads a number.</summary>
    /// <param name="reader">Where from.</param>
    public static float ReadSingle(ref MessagePackReader reader) => reader.ReadSingle();

    /// <summary>Reads true or false.</summary>
    /// <param name="reader">Where from.</param>
    public static bool ReadBoolean(ref MessagePackReader reader) => reader.ReadBoolean();

    /// <summary>Reads text, written as text or as binary; null for nil.</summary>
    /// <param name="reader">Where from.</param>
    /// <exception cref="MessagePackSerializationException">It is neither, or no valid UTF-8: a replacement character is never put in place of what the peer
    /// sent.</exception>
    public static string? ReadString(ref MessagePackReader reader)
    {
        if (TryReadNil(ref reader))
        {
            return null;
        }

        ReadOnlySequence<byte> sequence = ReadTextOrBytes(ref reader);
        ReadOnlySpan<byte> utf8 = sequence.IsSingleSegment ? sequence.FirstSpan : sequence.ToArray();

        return Utf8.IsValid(utf8)
            ? Encoding.UTF8.GetString(utf8)
            : throw new MessagePackSerializationException(
                "The text is not valid UTF-8, and a string cannot hold it. Take byte[] or MprpcRaw for text in other encodings.");
    }

    /// <summary>Reads binary, written as binary, as text, or as a typed array of JavaScript's; null for nil.</summary>
    /// <param name="reader">Where from.</param>
    public static byte[]? ReadBytes(ref MessagePackReader reader)
    {
        if (TryReadNil(ref reader))
        {
            return null;
        }

        if (reader.NextMessagePackType != MessagePackType.Extension)
        {
            return ReadTextOrBytes(ref reader).ToArray();
        }

        ExtensionResult extension = reader.ReadExtensionFormat();

        return JavaScriptExtension.TryReadBytes(extension.TypeCode, extension.Data.ToArray(), out ReadOnlySpan<byte> bytes)
            ? bytes.ToArray()
            : throw new MessagePackSerializationException($"An extension value of type {extension.TypeCode} cannot be read as bytes.");
    }

    /// <summary>Reads a member's name in its bytes, written as text or as binary; nothing for nil.</summary>
    /// <param name="reader">Where from.</param>
    public static ReadOnlySpan<byte> ReadKey(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
        {
            return default;
        }

        ReadOnlySequence<byte> key = ReadTextOrBytes(ref reader);
        return key.IsSingleSegment ? key.FirstSpan : key.ToArray();
    }

    /// <summary>Reads the head of a map, or an empty array in its place.</summary>
    /// <param name="reader">Where from.</param>
    public static int ReadMapHeader(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType != MessagePackType.Array)
        {
            return reader.ReadMapHeader();
        }

        int count = reader.ReadArrayHeader();
        return count == 0 ? 0 : throw new MessagePackSerializationException($"A map is expected, and not an array of {count:N0} values.");
    }

    /// <summary>Reads the head of an array, or an empty map in its place.</summary>
    /// <param name="reader">Where from.</param>
    public static int ReadArrayHeader(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType != MessagePackType.Map)
        {
            return reader.ReadArrayHeader();
        }

        int count = reader.ReadMapHeader();
        return count == 0 ? 0 : throw new MessagePackSerializationException($"An array is expected, and not a map of {count:N0} values.");
    }

    /// <summary>Reads nil, or JavaScript's undefined, if it is next.</summary>
    /// <param name="reader">Where from.</param>
    public static bool TryReadNil(ref MessagePackReader reader)
    {
        if (reader.NextCode != MessagePackCode.FixExt1)
        {
            return reader.TryReadNil();
        }

        MessagePackReader ahead = reader.CreatePeekReader();
        ExtensionResult extension = ahead.ReadExtensionFormat();

        if (extension.TypeCode != 0 || extension.Data.FirstSpan[0] != 0)
        {
            return false;
        }

        reader.Skip();
        return true;
    }

    /// <summary>Goes one level deeper into a value of a type that can contain itself; followed by <see cref="Leave"/> whatever happens in between.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="MessagePackSerializationException">The value nests too deeply, or contains itself.</exception>
    public static void Enter<T>() => Nesting.Enter(typeof(T));

    /// <summary>Leaves the level that <see cref="Enter{T}"/> has entered.</summary>
    public static void Leave() => Nesting.Leave();

    /// <summary>Puts what was read in the place of what a collection holds that its owner has made.</summary>
    /// <typeparam name="T">The type of the elements; of a dictionary the pairs.</typeparam>
    /// <param name="target">The owner's collection; null or read-only: nothing is done.</param>
    /// <param name="items">What was read; null for nil: the owner's collection stays as it is.</param>
    public static void Fill<T>(ICollection<T>? target, IEnumerable<T>? items)
    {
        if (items is null || target is null or { IsReadOnly: true } || ReferenceEquals(target, items))
        {
            return;
        }

        target.Clear();

        foreach (T item in items)
        {
            target.Add(item);
        }
    }

    /// <summary>The formatter of a dictionary, or of a class that derives from one, whose keys a peer cannot make collide.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <typeparam name="TDictionary">The dictionary.</typeparam>
    public static IMessagePackFormatter<TDictionary?> DictionaryFormatter<TKey, TValue, TDictionary>()
        where TKey : notnull
        where TDictionary : class, IDictionary<TKey, TValue>, new()
        => new DerivedDictionaryFormatter<TKey, TValue, TDictionary>();

    /// <summary>The formatter of a class that derives from a set, whose keys a peer cannot make collide.</summary>
    /// <typeparam name="T">The type of the keys.</typeparam>
    /// <typeparam name="TSet">The set.</typeparam>
    public static IMessagePackFormatter<TSet?> SetFormatter<T, TSet>()
        where TSet : HashSet<T>, new()
        => new DerivedSetFormatter<T, TSet>();

    /// <summary>The formatter of a sorted list, or of a class that derives from one, which sorts what a peer sent once.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <typeparam name="TList">The list.</typeparam>
    public static IMessagePackFormatter<TList?> SortedListFormatter<TKey, TValue, TList>()
        where TKey : notnull
        where TList : SortedList<TKey, TValue>, new()
        => new SortedListFormatter<TKey, TValue, TList>();

    /// <summary>Text and binary alike (docs/protocol.md 7.1).</summary>
    internal static ReadOnlySequence<byte> ReadTextOrBytes(ref MessagePackReader reader)
        => (reader.NextMessagePackType == MessagePackType.Binary ? reader.ReadBytes() : reader.ReadStringSequence()).GetValueOrDefault();

    private static long ReadInteger(ref MessagePackReader reader, long min, long max, string expected)
    {
        if (reader.NextMessagePackType == MessagePackType.Float)
        {
            double number = reader.ReadDouble();
            return WholeNumber.TryGet(number, out long whole) && whole >= min && whole <= max ? whole : throw NotWhole(expected, number);
        }

        if (reader.NextCode == MessagePackCode.UInt64 && reader.CreatePeekReader().ReadUInt64() > long.MaxValue)
        {
            throw OutOfRange(expected, reader.ReadUInt64());
        }

        long integer = reader.ReadInt64();
        return integer >= min && integer <= max ? integer : throw OutOfRange(expected, integer);
    }

    private static MessagePackSerializationException NotWhole(string expected, double number)
        => new(string.Create(CultureInfo.InvariantCulture, $"{number:R} cannot be read as {expected}: allowed are whole numbers that fit."));

    private static MessagePackSerializationException OutOfRange(string expected, object number) => new($"{number} does not fit into {expected}.");
}
