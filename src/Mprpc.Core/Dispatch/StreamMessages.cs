using MessagePack;
using Mprpc.Connections;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>What the peer says of streams (docs/protocol.md 10.13). What does not fit means nothing.</summary>
internal static class StreamMessages
{
    /// <summary>Handles a notification; on the read loop.</summary>
    /// <returns>False if it is not about a stream.</returns>
    public static bool TryHandle(RpcConnection connection, ReadLoop loop, ReadOnlySpan<byte> message, in MessageHead head)
    {
        if (head.Method.SequenceEqual(ControlName.Item))
        {
            TakeItems(connection, loop, message, head.BodyStart);
        }
        else if (head.Method.SequenceEqual(ControlName.Credit))
        {
            TakeCredit(connection, message, head.BodyStart);
        }
        else if (head.Method.SequenceEqual(ControlName.End))
        {
            TakeEnd(connection, loop, message, head.BodyStart);
        }
        else
        {
            return false;
        }

        return true;
    }

    // [number, items]
    private static void TakeItems(RpcConnection connection, ReadLoop loop, ReadOnlySpan<byte> message, int start)
    {
        if (TryReadNumber(message, ref start, out long values, out long number)
            && values == 2
            && MessagePackHead.TryReadArray(message[start..], out int head, out long count))
        {
            connection.OnItems(number, message[(start + head)..], (int)count, loop);
        }
    }

    // [number, items], or [number, items or nil, bytes]
    private static void TakeCredit(RpcConnection connection, ReadOnlySpan<byte> message, int start)
    {
        if (!TryReadNumber(message, ref start, out long values, out long number) || values is not (2 or 3))
        {
            return;
        }

        ReadOnlySpan<byte> items = message[start..];
        ReadOnlySpan<byte> bytes = values == 3 ? items[MessagePackHead.MeasureValue(items)..] : default;

        if (StreamAllowance.TryReadMore(items, bytes, out StreamAllowance more))
        {
            connection.OnCredit(number, more);
        }
    }

    // [number], or [number, error]
    private static void TakeEnd(RpcConnection connection, ReadLoop loop, ReadOnlySpan<byte> message, int start)
    {
        if (!TryReadNumber(message, ref start, out long values, out long number) || values is not (1 or 2))
        {
            return;
        }

        Exception? failure = null;

        if (values == 2 && message[start] != MessagePackCode.Nil)
        {
            failure = RemoteErrorReader.ReadAlone("$/end", new MprpcRaw(message[start..].ToArray()));
        }

        connection.OnEndOfStream(number, failure, loop);
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> message, ref int position, out long values, out long number)
    {
        number = 0;

        if (!MessagePackHead.TryReadArray(message[position..], out int head, out values)
            || values == 0
            || !MessagePackHead.TryReadInteger(message[(position + head)..], out number, out int size))
        {
            return false;
        }

        position += head + size;
        return true;
    }
}
