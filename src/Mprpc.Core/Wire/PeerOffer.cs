using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc.Wire;

/// <summary>What an end of a connection takes, as it has said with <c>$/hello</c> (docs/protocol.md 10.5). Immutable.</summary>
internal sealed record PeerOffer
{
    /// <summary>The version of the extensions that this side speaks.</summary>
    public const int OwnVersion = 1;

    // Thousands of connections keep what their peers have said, and most say the same.
    private static PeerOffer? s_last;

    /// <summary>The lower version of both ends.</summary>
    public int Version { get; init; } = OwnVersion;

    /// <summary>How many bytes a message may have; 0: it has not said.</summary>
    public long Size { get; init; }

    /// <summary>How many requests may be in flight to it; 0: it serves none.</summary>
    public long Calls { get; init; }

    /// <summary>How many streams may be fed to it at once; 0: none.</summary>
    public long Streams { get; init; }

    /// <summary>With how many items of credit each stream begins that is fed to it.</summary>
    public long FeedItems { get; init; }

    /// <summary>With how many bytes.</summary>
    public long FeedBytes { get; init; }

    /// <summary>How many bytes of metadata a call may have; 0: it takes none.</summary>
    public long Metadata { get; init; }

    /// <summary>Whether it takes <c>$/goaway</c>.</summary>
    public bool GoAway { get; init; }

    /// <summary>Whether it answers <c>$/ping</c>.</summary>
    public bool Ping { get; init; }

    /// <summary>Whether it takes errors as <c>{"message", "code", "data"}</c>.</summary>
    public bool ErrorsAsMap { get; init; }

    /// <summary>Whether a peer takes metadata, whole.</summary>
    /// <param name="peer">What the peer has said; null: nothing.</param>
    /// <param name="metadata">The metadata.</param>
    public static bool Takes(PeerOffer? peer, MprpcMetadata metadata) => metadata.Size <= (peer?.Metadata ?? 0);

    /// <summary>Why a message is not sent: its metadata is more than the peer takes.</summary>
    public static NotSupportedException NotTaken(PeerOffer? peer, string connectionId, string noun, string method, MprpcMetadata metadata)
        => new(
            $"The {noun} of '{method}' has {metadata.Size:N0} bytes of metadata ({metadata}); the peer of connection {connectionId} takes "
            + (peer is null ? "none, since it has not said that it knows the protocol's extensions." : $"{peer.Metadata:N0}.") + " Nothing was sent.");

    /// <summary>Writes <c>[version, offer]</c>.</summary>
    public void Write(MprpcWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.WriteInt64(Version);
        WriteMap(writer);
    }

    /// <summary>Writes the offer alone; what is not taken is left out.</summary>
    public void WriteMap(MprpcWriter writer)
    {
        writer.WriteMapHeader(
            (ErrorsAsMap ? 1 : 0) + (Size > 0 ? 1 : 0) + (Calls > 0 ? 1 : 0) + (Streams > 0 ? 2 : 0)
            + (Metadata > 0 ? 1 : 0) + (GoAway ? 1 : 0) + (Ping ? 1 : 0));

        if (ErrorsAsMap)
        {
            writer.WriteString("errors");
            writer.WriteString("map");
        }

        WriteNumber(writer, "size", Size);
        WriteNumber(writer, "calls", Calls);

        if (Streams > 0)
        {
            WriteNumber(writer, "streams", Streams);
            writer.WriteString("feed");
            writer.WriteArrayHeader(2);
            writer.WriteInt64(FeedItems);
            writer.WriteInt64(FeedBytes);
        }

        WriteNumber(writer, "meta", Metadata);
        WriteFlag(writer, "goaway", GoAway);
        WriteFlag(writer, "ping", Ping);
    }

    /// <summary>Reads <c>[version, offer]</c> of a whole, well-formed message.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? Read(ReadOnlySpan<byte> message, int position, out PeerOffer offer)
    {
        offer = new PeerOffer();

        if (!MessagePackHead.TryReadArray(message[position..], out int head, out long count) || count != 2)
        {
            return "Method '$/hello' takes 2 params: [version, offer].";
        }

        position += head;

        long version = Number(message[position..]);

        if (version == 0)
        {
            return "Param 1 ('version') of method '$/hello' must be an integer of 1 or more.";
        }

        position += MessagePackHead.MeasureValue(message[position..]);

        if (!MessagePackHead.TryReadMap(message[position..], out head, out long entries))
        {
            return "Param 2 ('offer') of method '$/hello' must be a map.";
        }

        position += head;
        offer = offer with { Version = (int)Math.Min(version, OwnVersion) };

        for (; entries > 0; entries--)
        {
            ReadOnlySpan<byte> key = Text(message[position..]);
            position += MessagePackHead.MeasureValue(message[position..]);
            ReadOnlySpan<byte> value = message[position..];
            position += MessagePackHead.MeasureValue(value);
            offer = offer.With(key, value);
        }

        offer = Share(offer);
        return null;
    }

    private static PeerOffer Share(PeerOffer offer)
    {
        PeerOffer? last = Volatile.Read(ref s_last);

        if (offer.Equals(last))
        {
            return last;
        }

        Volatile.Write(ref s_last, offer);
        return offer;
    }

    // Values of another kind are as if the key were absent: a later version may know them.
    private PeerOffer With(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        => key.SequenceEqual("errors"u8) ? this with { ErrorsAsMap = Text(value).SequenceEqual("map"u8) }
            : key.SequenceEqual("size"u8) ? this with { Size = Number(value) }
            : key.SequenceEqual("calls"u8) ? this with { Calls = Number(value) }
            : key.SequenceEqual("streams"u8) ? this with { Streams = Number(value) }
            : key.SequenceEqual("feed"u8) ? WithFeed(value)
            : key.SequenceEqual("meta"u8) ? this with { Metadata = Number(value) }
            : key.SequenceEqual("goaway"u8) ? this with { GoAway = value[0] == MessagePackCode.True }
            : key.SequenceEqual("ping"u8) ? this with { Ping = value[0] == MessagePackCode.True }
            : this;

    private PeerOffer WithFeed(ReadOnlySpan<byte> value)
    {
        if (!MessagePackHead.TryReadArray(value, out int head, out long count) || count != 2)
        {
            return this;
        }

        ReadOnlySpan<byte> bytes = value[(head + MessagePackHead.MeasureValue(value[head..]))..];
        return this with { FeedItems = Number(value[head..]), FeedBytes = Number(bytes) };
    }

    /// <summary>A number above zero, of which int64 maximum stands for all that are larger; zero for anything else.</summary>
    private static long Number(ReadOnlySpan<byte> value)
        => value[0] == MessagePackCode.UInt64 && value[1] >= 0x80 ? long.MaxValue
            : MessagePackHead.TryReadInteger(value, out long number, out _) && number > 0 ? number
            : 0;

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> value)
        => MessagePackHead.TryReadBytes(value, out int head, out int length) ? value.Slice(head, length) : default;

    private static void WriteNumber(MprpcWriter writer, string key, long value)
    {
        if (value > 0)
        {
            writer.WriteString(key);
            writer.WriteInt64(value);
        }
    }

    private static void WriteFlag(MprpcWriter writer, string key, bool value)
    {
        if (value)
        {
            writer.WriteString(key);
            writer.WriteBoolean(value);
        }
    }
}
