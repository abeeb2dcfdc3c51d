using System.ComponentModel;
using System.Runtime.CompilerServices;
using MessagePack;
using Mprpc.Serialization;

namespace Mprpc.CompilerServices;

/// <content>Arrays and maps: their heads, which stand for each other when they are empty, and the typed arrays of JavaScript.</content>
public ref partial struct MprpcReader
{
    /// <summary>Reads the head of an array. For generated code.</summary>
    /// <param name="expected">What errors call the value.</param>
    /// <param name="orNil">Whether nil may stand in its place.</param>
    /// <returns>How many values follow; less than 0 where it is nil, or no array.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public int ReadArrayHeader(string expected, bool orNil)
    {
        byte code = _span[_position];

        if (code is >= MessagePackCode.MinFixArray and <= MessagePackCode.MaxFixArray)
        {
            _position++;
            return code & 0x0f;
        }

        return code is MessagePackCode.Array16 or MessagePackCode.Array32 ? ReadLongHeader(valuesPerItem: 1) : ReadOtherHeader(isMap: false, expected, orNil);
    }

    /// <summary>Reads the head of a map. For generated code.</summary>
    /// <param name="expected">What errors call the value.</param>
    /// <param name="orNil">Whether nil may stand in its place.</param>
    /// <returns>How many keys and values follow; less than 0 where it is nil, or no map.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public int ReadMapHeader(string expected, bool orNil)
    {
        byte code = _span[_position];

        if (code is >= MessagePackCode.MinFixMap and <= MessagePackCode.MaxFixMap)
        {
            _position++;
            return code & 0x0f;
        }

        return code is MessagePackCode.Map16 or MessagePackCode.Map32 ? ReadLongHeader(valuesPerItem: 2) : ReadOtherHeader(isMap: true, expected, orNil);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadLongHeader(int valuesPerItem)
    {
        _position += MessagePackHead.Read(_span[_position..], out _, out long values);
        return (int)(values / valuesPerItem);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadOtherHeader(bool isMap, string expected, bool orNil)
    {
        // docs/protocol.md 7.6: PHP has one type for both, so that an empty one is an array.
        if (IsEmpty(_span[_position..], isMap))
        {
            Skip();
            return 0;
        }

        if (!orNil || !ReadNil())
        {
            Fail(expected);
        }

        return -1;
    }

    /// <summary>Whether an array without elements stands where a map is expected, or the reverse.</summary>
    private static bool IsEmpty(ReadOnlySpan<byte> value, bool isMap)
    {
        byte code = value[0];

        if (code == (isMap ? MessagePackCode.MinFixArray : MessagePackCode.MinFixMap))
        {
            return true;
        }

        bool isOther = isMap ? code is MessagePackCode.Array16 or MessagePackCode.Array32 : code is MessagePackCode.Map16 or MessagePackCode.Map32;
        return isOther && MessagePackHead.Read(value, out _, out long values) != 0 && values == 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadTypedArray(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        ReadOnlySpan<byte> value = _span[_position..];

        if (MessagePackCode.ToMessagePackType(value[0]) != MessagePackType.Extension)
        {
            return false;
        }

        int head = MessagePackHead.Read(value, out long body, out _);

        if (!JavaScriptExtension.TryReadBytes((sbyte)value[head], value.Slice(head + 1, (int)body - 1), out bytes))
        {
            return false;
        }

        _position += head + (int)body;
        return true;
    }
}
