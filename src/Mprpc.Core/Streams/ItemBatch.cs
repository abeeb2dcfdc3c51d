using System.Diagnostics;
using System.Runtime.CompilerServices;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>Items of a stream that are written and go out together. Not safe for concurrent use.</summary>
internal struct ItemBatch
{
    /// <summary>What stands before the items: [2, "$/item", [number, [items ...: 1 + 1 + 7 + 1 + 9 + 5 bytes.</summary>
    public const int Front = 24;

    // Around an item: the message, the params, the items.
    private const int OuterLevels = 3;

    private MprpcWriter? _items;

    public int Count { readonly get; private set; }

    public readonly int Bytes => _items?.Length ?? 0;

    /// <summary>Writes one item behind the others.</summary>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="MprpcException">It is larger, or nests deeper, than a message may; the batch is as it was.</exception>
    /// <exception cref="MessagePackSerializationException">It cannot be encoded; the batch is as it was.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add<T>(IItemEncoding encoding, T item)
    {
        MprpcWriter items = _items ??= MprpcWriter.Rent(encoding.Serializer, Front);
        int start = items.Length;

        if (WireSize<T>.IsSmall)
        {
            items.Write(item);
        }
        else
        {
            WriteLimited(items, start, encoding, item);
        }

        Count++;
        return items.Length - start;
    }

    /// <summary>Makes the batch a message, and empties it.</summary>
    /// <param name="number">The stream's.</param>
    public MprpcWriter TakeMessage(long number)
    {
        MprpcWriter message = Take(out int count);
        PrependArray(message, count);
        PrependInteger(message, number);
        Span<byte> head = message.Prepend(10);
        head[0] = MessagePackCode.MinFixArray | 3;
        head[1] = (byte)MessageKind.Notification;
        head[2] = MessagePackCode.MinFixStr | 6;
        ControlName.Item.CopyTo(head[3..]);
        head[9] = MessagePackCode.MinFixArray | 2;
        return message;
    }

    /// <summary>Makes the batch one array, and empties it; nil if there is nothing in it.</summary>
    public MprpcRaw TakeArray(IItemEncoding encoding, bool isNilIfEmpty)
    {
        if (_items is null && isNilIfEmpty)
        {
            return default;
        }

        _items ??= MprpcWriter.Rent(encoding.Serializer, Front);
        MprpcWriter array = Take(out int count);
        PrependArray(array, count);
        var raw = new MprpcRaw(array.WrittenSpan.ToArray());
        MprpcWriter.Return(array);
        return raw;
    }

    /// <summary>Takes the last item out again, into a batch of its own.</summary>
    /// <param name="encoding">How items are encoded.</param>
    /// <param name="size">How many bytes it has.</param>
    public ItemBatch SplitLast(IItemEncoding encoding, int size)
    {
        MprpcWriter items = _items!;
        var last = new ItemBatch { _items = MprpcWriter.Rent(encoding.Serializer, Front), Count = 1 };
        last._items.WriteEncoded(items.WrittenSpan[^size..]);
        last._items.Levels = items.Levels;
        items.Truncate(items.Length - size);
        Count--;
        return last;
    }

    /// <summary>Drops what is in it.</summary>
    public void Drop()
    {
        if (_items is not null)
        {
            MprpcWriter.Return(_items);
        }

        (_items, Count) = (null, 0);
    }

    private MprpcWriter Take(out int count)
    {
        MprpcWriter items = _items!;
        count = Count;
        (_items, Count) = (null, 0);
        return items;
    }

    private static void WriteLimited<T>(MprpcWriter items, int start, IItemEncoding encoding, T item)
    {
        int most = encoding.MaxSendMessageSize - Front;
        items.LimitTo(most);

        try
        {
            items.Write(item);
        }
        catch when (items.IsBeyondLimit)
        {
            items.Truncate(start);
            items.EndLimit();
            throw TooLarge(most + items.Excess, most);
        }
        catch
        {
            items.Truncate(start);
            items.EndLimit();
            throw;
        }

        items.EndLimit();
        int size = items.Length - start;

        if (size > most)
        {
            items.Truncate(start);
            throw TooLarge(size, most);
        }

        if (items.Levels > encoding.MaxSendDepth - OuterLevels)
        {
            CheckDepth(items, start, encoding.MaxSendDepth);
        }
    }

    private static void CheckDepth(MprpcWriter items, int start, int most)
    {
        if (WrittenValues.Fault(items.WrittenSpan[start..], values: 1, OuterLevels, most, out bool isTooDeep) is not { } fault)
        {
            return;
        }

        items.Truncate(start);
        throw isTooDeep
            ? new MprpcException(
                $"An item of the stream {fault}. Send flatter values, or raise MaxSendDepth, and what the peer accepts.", ErrorCode.TooLarge)
            : new MessagePackSerializationException($"An item of the stream {fault}. {WrittenValues.WholeRemedy}");
    }

    private static MprpcException TooLarge(long size, int most)
        => new(
            $"An item of the stream has at least {size:N0} bytes; {most:N0} may be sent. "
                + "Send it in parts, or raise MaxSendMessageSize, and what the peer accepts.",
            ErrorCode.TooLarge);

    private static void PrependArray(MprpcWriter writer, int count)
    {
        int size = count < 16 ? 1 : count <= ushort.MaxValue ? 3 : 5;
        bool fits = MessagePackPrimitives.TryWriteArrayHeader(writer.Prepend(size), (uint)count, out int written);
        Debug.Assert(fits && written == size, "A head is written in the fewest bytes.");
    }

    private static void PrependInteger(MprpcWriter writer, long number)
    {
        Span<byte> longest = stackalloc byte[9];
        bool fits = MessagePackPrimitives.TryWrite(longest, number, out int size);
        Debug.Assert(fits, "No integer has more than nine bytes.");
        longest[..size].CopyTo(writer.Prepend(size));
    }

    /// <summary>Whether a type has a few bytes at most, whatever the value.</summary>
    private static class WireSize<T>
    {
        public static readonly bool IsSmall = typeof(T).IsPrimitive;
    }
}
