using Mprpc.Connections;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <content>Streams that are fed to calls (docs/protocol.md 10.13).</content>
internal sealed partial class Dispatcher
{
    /// <summary>Opens the streams that stand among a call's params, before the next message, which may bring items; on the read loop.</summary>
    /// <param name="method">The method.</param>
    /// <param name="call">The call, with its control.</param>
    /// <param name="message">Its message.</param>
    /// <param name="position">Where the first param is.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>Null, or why the call is to be refused.</returns>
    private static RpcError? OpenFed(RpcMethod method, in IncomingCall call, ReadOnlySpan<byte> message, int position, int count)
    {
        // Where there are none, a number in a stream's place is refused as what it is.
        if (!call.Connection.SendsStreams)
        {
            return null;
        }

        for (int i = 0; i < count && i < method.Description.Parameters.Count; i++)
        {
            ReadOnlySpan<byte> value = message[position..];

            if (method.Description.Parameters[i].IsStream
                && MessagePackHead.TryReadInteger(value, out long number, out _)
                && number < 0
                && Open(call, number, i) is { } problem)
            {
                return problem;
            }

            position += MessagePackHead.MeasureValue(value);
        }

        return null;
    }

    private static RpcError? Open(in IncomingCall call, long number, int param)
    {
        if (call.MessageId is null)
        {
            return new RpcError(RpcErrorKind.InvalidArguments, "A notification cannot be fed a stream: only an answer ends it. Call in place of notifying.");
        }

        ConnectionStreams streams = call.Connection.Streams;
        return streams.TryOpenFed(number, param, call.Control!.Fed ??= new FedStreams(streams));
    }
}
