using System.Buffers;
using MessagePack;

namespace Mprpc.AspNetCore.Backplane;

/// <summary>A message between servers: <c>[kind, sender, ...]</c>. What stands behind the parts that are known is for later versions.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Sender">The server that says it.</param>
internal sealed record ServerMessage(MessageKind Kind, string Sender)
{
    private const int Parts = 10;

    /// <summary>The question that it belongs to; 0: none.</summary>
    public long Question { get; init; }

    /// <summary>Whom it is about.</summary>
    public MprpcTarget? Target { get; init; }

    /// <summary>The wire name of a method, or the name of a group.</summary>
    public string Name { get; init; } = "";

    /// <summary>A notification, a call, or a result, as MessagePack.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>How long each client may take; infinite: for ever.</summary>
    public TimeSpan Within { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The connections that are asked, or the one that has answered.</summary>
    public IReadOnlyList<string> Connections { get; init; } = [];

    /// <summary>Why there is no result: what kind of exception, its message, its code. Empty: there is a result.</summary>
    public IReadOnlyList<string> Error { get; init; } = [];

    /// <summary>What a call has besides; null: nothing.</summary>
    public MprpcMetadata? Metadata { get; init; }

    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>(128 + Body.Length);
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(Parts);
        writer.Write((int)Kind);
        writer.Write(Sender);
        writer.Write(Question);
        WriteTarget(ref writer);
        writer.Write(Name);
        writer.Write(Body.Span);
        writer.Write(Within == Timeout.InfiniteTimeSpan ? -1 : (long)Math.Ceiling(Within.TotalMilliseconds));
        WriteTexts(ref writer, Connections);
        WriteTexts(ref writer, Error);
        WriteMetadata(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <returns>Null where it is no such message.</returns>
    public static ServerMessage? TryRead(ReadOnlyMemory<byte> message)
    {
        try
        {
            var reader = new MessagePackReader(message);
            return reader.ReadArrayHeader() < Parts ? null : new ServerMessage((MessageKind)reader.ReadInt32(), reader.ReadString() ?? "")
            {
                Question = reader.ReadInt64(),
                Target = ReadTarget(ref reader),
                Name = reader.ReadString() ?? "",
                Body = reader.ReadBytes()?.ToArray() ?? [],
                Within = reader.ReadInt64() is >= 0 and var milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : Timeout.InfiniteTimeSpan,
                Connections = ReadTexts(ref reader),
                Error = ReadTexts(ref reader),
                Metadata = ReadMetadata(ref reader),
            };
        }
        catch (Exception exception) when (exception is MessagePackSerializationException or EndOfStreamException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    private void WriteTarget(ref MessagePackWriter writer)
    {
        if (Target is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(2);
        writer.Write((int)Target.Kind);
        WriteTexts(ref writer, Target.Names);
    }

    private void WriteMetadata(ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(Metadata?.Count ?? 0);

        foreach (MprpcMetadataEntry entry in Metadata ?? [])
        {
            writer.Write(entry.Key);
            writer.WriteArrayHeader(2);
            writer.Write(entry.IsBinary);
            writer.Write(entry.ValueBytes.Span);
        }
    }

    private static MprpcMetadata? ReadMetadata(ref MessagePackReader reader)
    {
        int count = reader.ReadMapHeader();
        MprpcMetadata? metadata = count == 0 ? null : [];

        for (int i = 0; i < count; i++)
        {
            string key = reader.ReadString() ?? "";
            reader.ReadArrayHeader();
            bool isBinary = reader.ReadBoolean();
            metadata!.AddReceived(key, reader.ReadBytes()?.ToArray() ?? [], isBinary);
        }

        return metadata;
    }

    private static void WriteTexts(ref MessagePackWriter writer, IReadOnlyCollection<string> texts)
    {
        writer.WriteArrayHeader(texts.Count);

        foreach (string text in texts)
        {
            writer.Write(text);
        }
    }

    private static MprpcTarget? ReadTarget(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        reader.ReadArrayHeader();
        var kind = (TargetKind)reader.ReadInt32();
        List<string> names = ReadTexts(ref reader);

        return kind switch
        {
            TargetKind.All => MprpcTarget.All,
            TargetKind.AllExcept => MprpcTarget.AllExcept(names),
            TargetKind.Groups => names.Count == 1 ? MprpcTarget.Group(names[0]) : MprpcTarget.Group(names),
            TargetKind.Users => names.Count == 1 ? MprpcTarget.User(names[0]) : MprpcTarget.User(names),
            TargetKind.Connection when names.Count == 1 => MprpcTarget.Connection(names[0]),
            _ => throw new ArgumentException("A target of a later version."),
        };
    }

    private static List<string> ReadTexts(ref MessagePackReader reader)
    {
        int count = reader.ReadArrayHeader();
        List<string> texts = new(count);

        for (int i = 0; i < count; i++)
        {
            texts.Add(reader.ReadString() ?? "");
        }

        return texts;
    }
}
