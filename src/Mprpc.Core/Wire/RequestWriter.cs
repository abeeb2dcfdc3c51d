using System.Diagnostics;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc.Wire;

/// <summary>Writes requests and notifications: first what the caller knows, method and params, then in front of it what the connection adds.</summary>
internal static class RequestWriter
{
    /// <summary>Room for the longest head: fixarray, type, and a msgid of five bytes.</summary>
    public const int HeadRoom = 7;

    /// <summary>
    /// Room for the head, and for what nearly all calls say besides method and params (docs/protocol.md 10.6): a timeout, a trace, and some further metadata.
    /// </summary>
    public const int FrontRoom = 256;

    /// <summary>What is written before the head: method and params.</summary>
    public const int WrittenValues = 2;

    /// <summary>How many levels are around an argument: the message, the params.</summary>
    public const int OuterLevels = 2;

    // docs/protocol.md 2.1: [0, msgid, method, params]
    public static void PrependRequestHead(MprpcWriter writer, int messageId)
    {
        uint id = (uint)messageId;
        int size = id <= sbyte.MaxValue ? 1 : id <= byte.MaxValue ? 2 : id <= ushort.MaxValue ? 3 : 5;
        Span<byte> head = writer.Prepend(2 + size);
        head[0] = MessagePackCode.MinFixArray | 4;
        head[1] = (byte)MessageKind.Request;
        bool fits = MessagePackPrimitives.TryWrite(head[2..], id, out int written);
        Debug.Assert(fits && written == size, "An integer is written in the fewest bytes.");
    }

    // docs/protocol.md 4: [2, method, params]
    public static void PrependNotificationHead(MprpcWriter writer)
    {
        Span<byte> head = writer.Prepend(2);
        head[0] = MessagePackCode.MinFixArray | 3;
        head[1] = (byte)MessageKind.Notification;
    }

    /// <summary>Writes method and arguments into a writer with room in front.</summary>
    /// <exception cref="MessagePackSerializationException">An argument cannot be encoded, or the message is much larger than may be sent.</exception>
    public static MprpcWriter Begin(MprpcSerializerOptions serializer, SendLimit? limit, string method, ReadOnlySpan<object?> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        MprpcWriter writer = MprpcWriter.Rent(serializer, FrontRoom, limit);

        try
        {
            WriteMethodAndArguments(writer, method, arguments);
            return writer;
        }
        catch
        {
            MprpcWriter.Return(writer);
            throw;
        }
    }

    /// <summary>Refuses a notification that has a stream among its arguments; it is given back then.</summary>
    /// <exception cref="NotSupportedException">It has one.</exception>
    public static MprpcWriter WithoutStreams(string method, MprpcWriter notification)
    {
        if (!notification.HasStreams)
        {
            return notification;
        }

        MprpcWriter.Return(notification);
        throw new NotSupportedException($"A stream cannot be an argument of the notification of '{method}': only an answer ends it. Call the method.");
    }

    public static void WriteMethodAndArguments(MprpcWriter writer, string method, ReadOnlySpan<object?> arguments)
    {
        writer.WriteString(method);
        writer.WriteArrayHeader(arguments.Length);

        for (int i = 0; i < arguments.Length; i++)
        {
            ArgumentWriter.Write(writer, arguments[i], i);
        }
    }
}
