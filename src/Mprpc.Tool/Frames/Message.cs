using MessagePack;
using Mprpc.Serialization.Json;

namespace Mprpc.Tool.Frames;

/// <summary>What a message says: docs/protocol.md 3 has the shapes.</summary>
/// <param name="Kind">Request, response or notification.</param>
/// <param name="Id">The msgid; null for a notification.</param>
/// <param name="Method">The method; null for a response.</param>
/// <param name="First">The params of a request or notification, the error of a response.</param>
/// <param name="Result">The result of a response, else nothing.</param>
internal sealed record Message(MessageKind Kind, MprpcRaw? Id, string? Method, MprpcRaw First, MprpcRaw Result)
{
    /// <summary>Reads a message; null if the bytes are a MessagePack value but no message.</summary>
    public static Message? Read(ReadOnlyMemory<byte> frame)
    {
        try
        {
            var reader = new MessagePackReader(frame);
            int count = reader.ReadArrayHeader();
            return (reader.ReadInt32(), count) switch
            {
                (0, 4) => new Message(MessageKind.Request, Value(ref reader, frame), Name(ref reader), Value(ref reader, frame), default),
                (1, 4) => new Message(MessageKind.Response, Value(ref reader, frame), null, Value(ref reader, frame), Value(ref reader, frame)),
                (2, 3) => new Message(MessageKind.Notification, null, Name(ref reader), Value(ref reader, frame), default),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is MessagePackSerializationException or EndOfStreamException or OverflowException)
        {
            return null;
        }
    }

    private static MprpcRaw Value(ref MessagePackReader reader, ReadOnlyMemory<byte> frame)
    {
        int start = (int)reader.Consumed;
        reader.Skip();
        return new MprpcRaw(frame[start..(int)reader.Consumed]);
    }

    /// <summary>The method's name; one that is no text as JSON.</summary>
    private static string Name(ref MessagePackReader reader)
        => reader.NextMessagePackType == MessagePackType.String
            ? reader.ReadString()!
            : MessagePackToJson.Write(new MprpcRaw(reader.ReadRaw().First.ToArray()).Memory);
}
