using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>
/// A request or notification that a peer would refuse, found before a byte is sent: it would end the connection, and fail the calls of others.
/// </summary>
internal static class SentMessage
{
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
        if (WrittenValues.Fault(message.WrittenSpan, RequestWriter.WrittenValues, outer: 1, limits.MaxSendDepth, out bool isTooDeep) is not { } fault)
        {
            // Measured once: the next who asks has the same limits.
            message.Levels = 0;
            return;
        }

        MprpcWriter.Return(message);
        throw new MessagePackSerializationException(
            $"{Name(method)} {fault}. Nothing was sent. "
            + (isTooDeep ? $"Send a flatter value, or raise {limits.OptionsName}.MaxSendDepth, and what the peer accepts." : WrittenValues.WholeRemedy));
    }

    private static void ThrowTooLarge(ConnectionLimits limits, string? method, MprpcWriter message, int size)
    {
        MprpcWriter.Return(message);
        throw new MessagePackSerializationException(
            $"{Name(method)} has {size:N0} bytes; {limits.MaxSendMessageSize:N0} "
            + $"{(limits.IsSendSizeOfPeer ? "are what the peer accepts" : "may be sent")}. Nothing was sent. "
            + $"Send the value in parts, or raise {limits.MaxSendMessageSizeOption}.");
    }

    private static string Name(string? method) => method is null ? "A notification" : $"The call of '{method}'";
}
