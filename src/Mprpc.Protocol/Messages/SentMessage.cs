using MessagePack;
using Mprpc.Connections;
using Mprpc.Framing;

namespace Mprpc.Messages;

/// <summary>What a peer would refuse of a message, found before a byte is sent: it would end the connection, and fail the calls of others.</summary>
internal static class SentMessage
{
    /// <summary>What to do about a message that is not whole.</summary>
    public const string WholeRemedy = "Give each MprpcRaw the bytes of one whole value, and send a copy of a collection that others change.";

    /// <summary>Why a message must not be sent, as the end of a sentence; null if it may be. To be asked only if its types do not say that it is flat enough (<see cref="MprpcWriter.Levels"/>).</summary>
    /// <param name="written">What is written of it.</param>
    /// <param name="values">How many values that must be.</param>
    /// <param name="outer">How many levels are around them.</param>
    /// <param name="maxDepth">How deep a message may nest.</param>
    /// <param name="isTooDeep">Whether that is the reason.</param>
    public static string? Fault(ReadOnlySpan<byte> written, int values, int outer, int maxDepth, out bool isTooDeep)
    {
        int levels = MessageDepth.Measure(written, values);
        isTooDeep = levels + outer > maxDepth;

        return levels == MessageDepth.NotWhole
            ? "is not whole MessagePack: an MprpcRaw in it is not exactly one value, a collection has more or fewer elements than its Count says, or a formatter has written "
                + "more or less than one value"
            : isTooDeep ? $"nests {levels + outer:N0} levels deep; {maxDepth:N0} may be sent"
            : null;
    }

    /// <summary>Throws for a request or notification that must not be sent, whose method and arguments are written; its writer is given back then.</summary>
    /// <param name="limits">What may be sent.</param>
    /// <param name="method">The method's name, for errors; null: a notification of any.</param>
    /// <param name="message">What is written.</param>
    /// <exception cref="MessagePackSerializationException">It is larger, or nests deeper, than may be sent.</exception>
    public static void Check(ConnectionLimits limits, string? method, MprpcWriter message)
    {
        int size = message.Length + RequestWriter.HeadRoom;

        if (size > limits.MaxSendMessageSize)
        {
            ThrowTooLarge(limits, method, message, size);
        }

        if (message.Levels > limits.MaxSendDepth - RequestWriter.OuterLevels)
        {
            CheckDepth(limits, method, message);
        }
    }

    private static void CheckDepth(ConnectionLimits limits, string? method, MprpcWriter message)
    {
        if (Fault(message.WrittenSpan, RequestWriter.WrittenValues, outer: 1, limits.MaxSendDepth, out bool isTooDeep) is not { } fault)
        {
            // Measured once: the next who asks has the same limits.
            message.Levels = 0;
            return;
        }

        MprpcWriter.Return(message);
        throw new MessagePackSerializationException(
            $"{Name(method)} {fault}. Nothing was sent. "
            + (isTooDeep ? $"Send a flatter value, or raise {limits.OptionsName}.MaxSendDepth, and what the peer accepts." : WholeRemedy));
    }

    private static void ThrowTooLarge(ConnectionLimits limits, string? method, MprpcWriter message, int size)
    {
        MprpcWriter.Return(message);
        throw new MessagePackSerializationException(
            $"{Name(method)} has {size:N0} bytes; {limits.MaxSendMessageSize:N0} may be sent. Nothing was sent. "
            + $"Send the value in parts, or raise {limits.OptionsName}.MaxSendMessageSize, and what the peer accepts.");
    }

    private static string Name(string? method) => method is null ? "A notification" : $"The call of '{method}'";
}
