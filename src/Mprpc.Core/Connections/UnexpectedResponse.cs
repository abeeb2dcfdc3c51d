using System.Buffers;
using System.Globalization;
using System.Text;
using MessagePack;
using Microsoft.Extensions.Logging;
using Mprpc.Diagnostics;

namespace Mprpc.Connections;

/// <summary>
/// Logs a response that no call waits for, with what its error says: it may be all that a peer ever tells, such as mprpc's "Invalid protocol".
/// </summary>
internal static class UnexpectedResponse
{
    private const int LongestPrinted = 1024;    // of an error that is no text, in bytes: more would be cut all the same

    // The machine's clock, and all connections' together: it is about the log, not about the application's time.
    private static readonly LogSampler Sampler = new(TimeProvider.System, LogSampler.LinesPerSecond);

    /// <param name="logger">Where to.</param>
    /// <param name="connectionId">The connection over which it came.</param>
    /// <param name="messageId">Its msgid.</param>
    /// <param name="message">All of it.</param>
    public static void Log(ILogger logger, string connectionId, long messageId, ReadOnlyMemory<byte> message)
    {
        if (messageId is >= 0 and <= int.MaxValue)
        {
            if (logger.IsEnabled(LogLevel.Debug))
            {
                ProtocolLog.UnexpectedResponse(logger, connectionId, messageId, Describe(message, out _));
            }

            return;
        }

        // docs/protocol.md 8.1: one that no call of ours can have had is no late answer.
        if (!logger.IsEnabled(LogLevel.Information) || !Sampler.TryTake(out long leftOut))
        {
            return;
        }

        if (leftOut > 0)
        {
            ProtocolLog.EventsLeftOut(logger, LogLevel.Information, leftOut, nameof(ProtocolLog.ForeignResponse));
        }

        string error = Describe(message, out string asSent);
        ProtocolLog.ForeignResponse(logger, connectionId, asSent, error);
    }

    private static string Describe(ReadOnlyMemory<byte> message, out string messageId)
    {
        var reader = new MessagePackReader(message);
        reader.ReadArrayHeader();
        reader.Skip();
        messageId = message.Span[(int)reader.Consumed] == MessagePackCode.UInt64
            ? reader.ReadUInt64().ToString(CultureInfo.InvariantCulture)
            : reader.ReadInt64().ToString(CultureInfo.InvariantCulture);

        if (reader.TryReadNil())
        {
            return "none";
        }

        if (reader.NextMessagePackType == MessagePackType.String)
        {
            return LogText.Clean(reader.ReadStringSequence()!.Value.ToArray());
        }

        ReadOnlySequence<byte> error = reader.ReadRaw();
        return error.Length > LongestPrinted ? $"{error.Length:N0} bytes" : LogText.Clean(Encoding.UTF8.GetBytes(new MprpcRaw(error.ToArray()).ToString()));
    }
}
