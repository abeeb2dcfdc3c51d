using MessagePack;
using Mprpc.Serialization;

namespace Mprpc.Wire;

/// <summary>A number of items and of their bytes that a stream may send (docs/protocol.md 10.13). Both saturate, and either may be without limit.</summary>
internal struct StreamAllowance(long items, long bytes)
{
    /// <summary>As many as there are.</summary>
    public const long NoLimit = long.MaxValue;

    // No peer counts further, and no sum of two overflows.
    private const long Most = int.MaxValue;

    /// <summary>How many items; negative is as if none.</summary>
    public long Items { readonly get; private set; } = Clamp(items);

    /// <summary>How many bytes; negative where the last item had more than there were.</summary>
    public long Bytes { readonly get; private set; } = Clamp(bytes);

    /// <summary>Whether one more item may be sent, of whatever size.</summary>
    public readonly bool IsOpen => Items > 0 && Bytes > 0;

    /// <summary>Reads a number of items, or <c>[items or nil, bytes]</c>; what is not said is without limit.</summary>
    /// <returns>False if it is neither.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out StreamAllowance allowance)
    {
        if (MessagePackHead.TryReadArray(value, out int head, out long count))
        {
            ReadOnlySpan<byte> bytes = count == 2 ? value[(head + MessagePackHead.MeasureValue(value[head..]))..] : default;
            allowance = default;
            return count == 2 && TryRead(value[head..], bytes, out allowance);
        }

        return TryRead(value, bytes: default, out allowance);
    }

    /// <summary>Reads items, or nil, and bytes; no bytes: without limit.</summary>
    public static bool TryRead(ReadOnlySpan<byte> items, ReadOnlySpan<byte> bytes, out StreamAllowance allowance)
    {
        bool isRead = TryReadNumber(items, mayBeNil: true, out long readItems) & TryReadNumber(bytes, mayBeNil: false, out long readBytes);
        allowance = isRead ? new StreamAllowance(readItems, readBytes) : default;
        return isRead;
    }

    /// <summary>Reads what is granted besides; nothing said of bytes: none.</summary>
    public static bool TryReadMore(ReadOnlySpan<byte> items, ReadOnlySpan<byte> bytes, out StreamAllowance more)
    {
        bool isRead = TryRead(items, bytes, out more);

        if (bytes.IsEmpty)
        {
            more = new StreamAllowance(more.Items, 0);
        }

        return isRead;
    }

    public void Add(in StreamAllowance more)
    {
        Items = Sum(Items, more.Items);
        Bytes = Sum(Bytes, more.Bytes);
    }

    /// <summary>Whether it was enough for items that have come: the last one may have more bytes than there were.</summary>
    public readonly bool Covers(ReadOnlySpan<byte> items, int count)
    {
        if (!IsOpen || Items < count)
        {
            return false;
        }

        return items.Length <= Bytes || LengthOf(items, count - 1) < Bytes;
    }

    /// <summary>Items of so many bytes are sent.</summary>
    public void Use(long items, long bytes)
    {
        Items = Items == NoLimit ? NoLimit : Items - items;
        Bytes = Bytes == NoLimit ? NoLimit : Bytes - bytes;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> value, bool mayBeNil, out long number)
    {
        number = NoLimit;

        if (value.IsEmpty || (mayBeNil && value[0] == MessagePackCode.Nil))
        {
            return true;
        }

        if (value[0] == MessagePackCode.UInt64 && value[1] >= 0x80)
        {
            number = Most;
            return true;
        }

        bool isRead = MessagePackHead.TryReadInteger(value, out number, out _) && number >= 0;
        number = Math.Min(number, Most);
        return isRead;
    }

    private static long LengthOf(ReadOnlySpan<byte> items, int count)
    {
        int length = 0;

        for (; count > 0; count--)
        {
            length += MessagePackHead.MeasureValue(items[length..]);
        }

        return length;
    }

    private static long Clamp(long value) => value is > Most and not NoLimit ? Most : value;

    private static long Sum(long left, long right) => left == NoLimit || right == NoLimit ? NoLimit : Math.Min(left + right, Most);
}
