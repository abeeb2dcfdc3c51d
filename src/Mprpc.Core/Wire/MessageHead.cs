using System.Buffers.Binary;
using MessagePack;
using Mprpc.Serialization;

namespace Mprpc.Wire;

/// <summary>What stands in a message before its params, or before its error and result.</summary>
internal ref struct MessageHead
{
    private const int RequestLength = 4;
    private const int NotificationLength = 3;

    // An array, a kind, an id of five bytes, and the length of a name.
    private const int LongestUsual = 8;

    // docs/protocol.md 2.2: peers count from int32-min (where a C int has wrapped) to uint32-max.
    private const long MinMessageId = int.MinValue;
    private const long MaxMessageId = uint.MaxValue;

    // Written in place: in a copy that is moved the processor waits until what was written field by field can be read as a whole.
    private long _messageId;
    private ReadOnlySpan<byte> _method;

    public MessageKind Kind { readonly get; private set; }

    /// <summary>The number that the response echoes; meaningless for a notification. Of a response int64 maximum stands for all that are larger.</summary>
    public readonly long MessageId => _messageId;

    public readonly ReadOnlySpan<byte> Method => _method;

    /// <summary>Whether the method is text or binary; a request with another method is answered with an error.</summary>
    public bool MethodIsText { readonly get; private set; }

    /// <summary>Whether it is a notification of the protocol's own (docs/protocol.md 10.1), which no work that waits holds up.</summary>
    public readonly bool IsControl => Kind == MessageKind.Notification && Method.StartsWith("$/"u8);

    /// <summary>Where the params start, or the error of a response.</summary>
    public int BodyStart { readonly get; private set; }

    /// <summary>How many values follow the head.</summary>
    public readonly int ValuesLeft => Kind == MessageKind.Response ? 2 : 1;

    /// <summary>
    /// Reads a head as nearly all peers write it, before the message is known to be whole: small numbers, and a name of less than 32 bytes. It need not be
    /// scanned then.
    /// </summary>
    /// <returns>False for any other; that is no error, and says nothing about it.</returns>
    public static bool TryReadUsual(ReadOnlySpan<byte> source, out MessageHead head)
    {
        head = default;

        if (source.Length < LongestUsual)
        {
            return false;
        }

        int position = 2;

        switch ((source[0] << 8) | source[1])
        {
            case ((MessagePackCode.MinFixArray | RequestLength) << 8) | (int)MessageKind.Request
                when TryReadUsualId(source, ref position, out head._messageId):
                head.Kind = MessageKind.Request;
                break;
            case ((MessagePackCode.MinFixArray | RequestLength) << 8) | (int)MessageKind.Response
                when TryReadUsualId(source, ref position, out head._messageId):
                head.Kind = MessageKind.Response;
                head.BodyStart = position;
                return true;
            case ((MessagePackCode.MinFixArray | NotificationLength) << 8) | (int)MessageKind.Notification:
                head.Kind = MessageKind.Notification;
                break;
            default:
                return false;
        }

        int length = source[position] - MessagePackCode.MinFixStr;
        position++;

        if ((uint)length > MessagePackCode.MaxFixStr - MessagePackCode.MinFixStr || length > source.Length - position)
        {
            return false;
        }

        head._method = source.Slice(position, length);
        head.MethodIsText = true;
        head.BodyStart = position + length;
        return true;
    }

    /// <summary>Reads the head of a whole message.</summary>
    /// <returns>False where the message breaks the protocol so that its connection must be closed (docs/protocol.md 5).</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, out MessageHead head)
    {
        head = default;
        int position;
        int count;

        if (message[0] is (MessagePackCode.MinFixArray | RequestLength) or (MessagePackCode.MinFixArray | NotificationLength))
        {
            count = message[0] & 0x0f;
            position = 1;
        }
        else if (!TryReadCount(message, out count, out position))
        {
            return false;
        }

        if (!TryReadInteger(message, ref position, out long kind))
        {
            return false;
        }

        return (kind, count) switch
        {
            ((long)MessageKind.Request, RequestLength) => TryReadRequest(message, position, ref head),
            ((long)MessageKind.Response, RequestLength) => TryReadResponse(message, position, ref head),
            ((long)MessageKind.Notification, NotificationLength) => TryReadNotification(message, position, ref head),
            _ => false,
        };
    }

    // docs/protocol.md 2.1: [0, msgid, method, params]
    private static bool TryReadRequest(ReadOnlySpan<byte> message, int position, ref MessageHead head)
    {
        head.Kind = MessageKind.Request;

        if (!TryReadMessageId(message, ref position, out head._messageId))
        {
            return false;
        }

        head.MethodIsText = TryReadMethod(message, ref position, out head._method);
        head.BodyStart = position;
        return true;
    }

    // docs/protocol.md 3.2: [1, msgid, error, result]. A msgid that no call can have makes it a response that nobody waits for.
    private static bool TryReadResponse(ReadOnlySpan<byte> message, int position, ref MessageHead head)
    {
        head.Kind = MessageKind.Response;
        bool read = TryReadInteger(message, ref position, out head._messageId);

        if (!read && message[position] == MessagePackCode.UInt64)
        {
            read = true;
            head._messageId = long.MaxValue;
            position += 1 + sizeof(ulong);
        }

        head.BodyStart = position;
        return read;
    }

    // docs/protocol.md 4: [2, method, params]
    private static bool TryReadNotification(ReadOnlySpan<byte> message, int position, ref MessageHead head)
    {
        head.Kind = MessageKind.Notification;
        head.MethodIsText = TryReadMethod(message, ref position, out head._method);
        head.BodyStart = position;
        return true;
    }

    private static bool TryReadCount(ReadOnlySpan<byte> message, out int count, out int size)
    {
        bool read = MessagePackPrimitives.TryReadArrayHeader(message, out uint declared, out size) == MessagePackPrimitives.DecodeResult.Success;
        count = (int)declared;
        return read && declared is RequestLength or NotificationLength;
    }

    private static bool TryReadUsualId(ReadOnlySpan<byte> source, scoped ref int position, out long messageId)
    {
        byte code = source[2];

        switch (code)
        {
            case <= MessagePackCode.MaxFixInt:
                messageId = code;
                position = 3;
                return true;
            case MessagePackCode.UInt8:
                messageId = source[3];
                position = 4;
                return true;
            case MessagePackCode.UInt16:
                messageId = BinaryPrimitives.ReadUInt16BigEndian(source[3..]);
                position = 5;
                return true;
            case MessagePackCode.UInt32:
                messageId = BinaryPrimitives.ReadUInt32BigEndian(source[3..]);
                position = 7;
                return true;
            default:
                messageId = 0;
                return false;
        }
    }

    private static bool TryReadMessageId(ReadOnlySpan<byte> message, scoped ref int position, out long messageId)
        => TryReadInteger(message, ref position, out messageId) && messageId is >= MinMessageId and <= MaxMessageId;

    private static bool TryReadInteger(ReadOnlySpan<byte> message, scoped ref int position, out long value)
    {
        if (message[position] <= MessagePackCode.MaxFixInt)
        {
            value = message[position++];
            return true;
        }

        if (!MessagePackHead.TryReadInteger(message[position..], out value, out int size))
        {
            return false;
        }

        position += size;
        return true;
    }

    // docs/protocol.md 2.3: str or bin in any width.
    private static bool TryReadMethod(ReadOnlySpan<byte> message, scoped ref int position, out ReadOnlySpan<byte> method)
    {
        ReadOnlySpan<byte> rest = message[position..];

        if (!MessagePackHead.TryReadBytes(rest, out int head, out int length))
        {
            position += MessagePackHead.MeasureValue(rest);
            method = default;
            return false;
        }

        method = rest.Slice(head, length);
        position += head + length;
        return true;
    }
}
