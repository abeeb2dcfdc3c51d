using System.Diagnostics;
using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Wire;

/// <summary>Writes the protocol's own requests and notifications (docs/protocol.md 10), each with room for the head.</summary>
internal static class ControlWriter
{
    // The params and the array in them.
    private const int LevelsOfCall = 1;

    private const int LongestInteger = 9;
    private const int LongestAllowance = 2 * LongestInteger;

    // The beginning and a map's head, a timeout, and a credit.
    private const int LongestFront = 9 + 8 + LongestInteger + 7 + 1 + LongestAllowance;

    // docs/protocol.md 10.6: "$/call", [ ...
    private static ReadOnlySpan<byte> BeginningOfCall => [0xa6, (byte)'$', (byte)'/', (byte)'c', (byte)'a', (byte)'l', (byte)'l', 0x93];

    private static ReadOnlySpan<byte> Timeout => [0xa7, (byte)'t', (byte)'i', (byte)'m', (byte)'e', (byte)'o', (byte)'u', (byte)'t'];

    private static ReadOnlySpan<byte> Credit => [0xa6, (byte)'c', (byte)'r', (byte)'e', (byte)'d', (byte)'i', (byte)'t'];

    private static ReadOnlySpan<byte> Metadata => [0xa4, (byte)'m', (byte)'e', (byte)'t', (byte)'a'];

    // docs/protocol.md 10.6: "$/call", [options, method, params]
    /// <summary>Makes of a request one that says more.</summary>
    /// <param name="request">The method and its params; behind what is put in front of them.</param>
    /// <param name="timeout">How long the caller waits; infinite: it does not say.</param>
    /// <param name="metadata">Empty: none.</param>
    /// <param name="credit">How much of a result that is a stream is taken; null: none is.</param>
    public static void PrependCall(MprpcWriter request, TimeSpan timeout, MprpcMetadata metadata, StreamAllowance? credit = null)
    {
        bool hasTimeout = timeout > TimeSpan.Zero;
        Span<byte> front = stackalloc byte[LongestFront];
        BeginningOfCall.CopyTo(front);
        int length = BeginningOfCall.Length;
        front[length++] = (byte)(MessagePackCode.MinFixMap | ((hasTimeout ? 1 : 0) + (credit is null ? 0 : 1) + (metadata.Count > 0 ? 1 : 0)));

        if (hasTimeout)
        {
            Timeout.CopyTo(front[length..]);
            length += Timeout.Length;
            WriteInteger(front, ref length, (long)Math.Ceiling(timeout.TotalMilliseconds));
        }

        if (credit is { } allowance)
        {
            Credit.CopyTo(front[length..]);
            length += Credit.Length;
            front[length++] = MessagePackCode.MinFixArray | 2;
            WriteAllowance(front, ref length, allowance);
        }

        ReadOnlySpan<byte> encoded = metadata.Count > 0 ? Encode(metadata, request.Serializer) : [];
        request.MakeFront(RequestWriter.HeadRoom + length + encoded.Length);
        Span<byte> free = request.Prepend(length + encoded.Length);
        front[..length].CopyTo(free);
        encoded.CopyTo(free[length..]);
        request.Levels += LevelsOfCall;
    }

    // docs/protocol.md 10.8: "$/cancel", [msgid]
    public static MprpcWriter Cancel(MprpcSerializerOptions serializer, string method, long messageId)
    {
        MprpcWriter cancel = MprpcWriter.Rent(serializer, RequestWriter.HeadRoom);
        cancel.WriteString(method);
        cancel.WriteArrayHeader(1);
        cancel.WriteInt64(messageId);
        return cancel;
    }

    // docs/protocol.md 10.13: "$/credit", [number, items, bytes]
    public static MprpcWriter StreamCredit(MprpcSerializerOptions serializer, long number, in StreamAllowance more)
    {
        MprpcWriter credit = MprpcWriter.Rent(serializer, RequestWriter.HeadRoom);
        credit.WriteString("$/credit");
        credit.WriteArrayHeader(3);
        credit.WriteInt64(number);
        Span<byte> allowance = stackalloc byte[LongestAllowance];
        int length = 0;
        WriteAllowance(allowance, ref length, more);
        credit.WriteEncoded(allowance[..length]);
        return credit;
    }

    // docs/protocol.md 10.13: "$/item", [number, items]
    public static MprpcWriter Items(MprpcSerializerOptions serializer, long number, in MprpcRaw array)
    {
        MprpcWriter items = MprpcWriter.Rent(serializer, RequestWriter.HeadRoom);
        items.WriteString("$/item");
        items.WriteArrayHeader(2);
        items.WriteInt64(number);
        items.WriteEncoded(array.Memory.Span);
        return items;
    }

    // docs/protocol.md 10.13: "$/end", [number], or [number, error]
    public static MprpcWriter EndOfStream(MprpcSerializerOptions serializer, long number, bool hasError)
    {
        MprpcWriter end = MprpcWriter.Rent(serializer, RequestWriter.HeadRoom);
        end.WriteString("$/end");
        end.WriteArrayHeader(hasError ? 2 : 1);
        end.WriteInt64(number);
        return end;
    }

    // docs/protocol.md 10.5: "$/hello", [version, offer]
    public static MprpcWriter Hello(MprpcSerializerOptions serializer, PeerOffer own)
    {
        MprpcWriter hello = MprpcWriter.Rent(serializer, RequestWriter.HeadRoom);
        hello.WriteString("$/hello");
        own.Write(hello);
        return hello;
    }

    // docs/protocol.md 10.9: "$/ping", []
    public static MprpcWriter Ping(MprpcSerializerOptions serializer)
    {
        MprpcWriter ping = MprpcWriter.Rent(serializer, RequestWriter.HeadRoom);
        ping.WriteString("$/ping");
        ping.WriteArrayHeader(0);
        return ping;
    }

    // docs/protocol.md 10.10: "$/goaway", [grace in ms, reason]
    public static MprpcWriter GoAway(MprpcSerializerOptions serializer, TimeSpan grace, string reason)
    {
        MprpcWriter goAway = MprpcWriter.Rent(serializer, RequestWriter.HeadRoom);
        goAway.WriteString("$/goaway");
        goAway.WriteArrayHeader(2);
        goAway.WriteInt64((long)Math.Ceiling(grace.TotalMilliseconds));
        goAway.WriteString(reason);
        return goAway;
    }

    private static void WriteAllowance(Span<byte> front, ref int length, in StreamAllowance allowance)
    {
        if (allowance.Items == StreamAllowance.NoLimit)
        {
            front[length++] = MessagePackCode.Nil;
        }
        else
        {
            WriteInteger(front, ref length, allowance.Items);
        }

        WriteInteger(front, ref length, allowance.Bytes);
    }

    private static void WriteInteger(Span<byte> front, ref int length, long value)
    {
        bool fits = MessagePackPrimitives.TryWrite(front[length..], value, out int written);
        Debug.Assert(fits, "The front has room for the longest integers.");
        length += written;
    }

    private static byte[] Encode(MprpcMetadata metadata, MprpcSerializerOptions serializer)
    {
        if (metadata.Encoded is { } encoded && !serializer.OldSpec)
        {
            return encoded;
        }

        MprpcWriter writer = MprpcWriter.Rent(serializer);
        writer.WriteEncoded(Metadata);
        writer.WriteMapHeader(metadata.Count);

        foreach (MprpcMetadataEntry entry in metadata)
        {
            writer.WriteString(entry.Key);
            WriteValue(writer, entry);
        }

        byte[] option = writer.WrittenSpan.ToArray();
        MprpcWriter.Return(writer);

        if (!serializer.OldSpec)
        {
            metadata.Encoded = option;
        }

        return option;
    }

    private static void WriteValue(MprpcWriter writer, in MprpcMetadataEntry entry)
    {
        if (entry.IsBinary)
        {
            writer.Write(entry.ValueBytes);
        }
        else
        {
            writer.WriteStringHeader(entry.ValueBytes.Length);
            writer.WriteEncoded(entry.ValueBytes.Span);
        }
    }
}
