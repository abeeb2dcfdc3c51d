using Mprpc.CompilerServices;

namespace Mprpc.Wire;

/// <summary>Writes the protocol's own requests and notifications (docs/protocol.md 10), each with room for the head.</summary>
internal static class ControlWriter
{
    private const string Timeout = "timeout";
    private const string Metadata = "meta";

    // The params and the array in them.
    private const int LevelsOfCall = 1;

    // docs/protocol.md 10.6: "$/call", [options, method, params]
    /// <param name="serializer">Writes.</param>
    /// <param name="request">The method and its params.</param>
    /// <param name="timeout">How long the caller waits; infinite: it does not say.</param>
    /// <param name="metadata">Empty: none.</param>
    public static MprpcWriter Call(MprpcSerializerOptions serializer, MprpcWriter request, TimeSpan timeout, MprpcMetadata metadata)
    {
        bool hasTimeout = timeout > TimeSpan.Zero;
        MprpcWriter call = MprpcWriter.Rent(serializer, RequestWriter.HeadRoom);
        call.WriteString("$/call");
        call.WriteArrayHeader(3);
        call.WriteMapHeader((hasTimeout ? 1 : 0) + (metadata.Count > 0 ? 1 : 0));

        if (hasTimeout)
        {
            call.WriteString(Timeout);
            call.WriteInt64((long)Math.Ceiling(timeout.TotalMilliseconds));
        }

        if (metadata.Count > 0)
        {
            call.WriteString(Metadata);
            call.WriteMapHeader(metadata.Count);

            foreach (MprpcMetadataEntry entry in metadata)
            {
                call.WriteString(entry.Key);
                WriteValue(call, entry);
            }
        }

        call.WriteEncoded(request.WrittenSpan);
        call.Levels = request.Levels + LevelsOfCall;
        return call;
    }

    // docs/protocol.md 10.8: "$/cancel", [msgid]
    public static MprpcWriter Cancel(MprpcSerializerOptions serializer, string method, int messageId)
    {
        MprpcWriter cancel = MprpcWriter.Rent(serializer, RequestWriter.HeadRoom);
        cancel.WriteString(method);
        cancel.WriteArrayHeader(1);
        cancel.WriteInt64(messageId);
        return cancel;
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

    private static void WriteValue(MprpcWriter writer, in MprpcMetadataEntry entry)
    {
        if (entry.IsBinary)
        {
            writer.Write(entry.ValueBytes);
        }
        else
        {
            writer.WriteString(entry.Value);
        }
    }
}
