using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>
/// The protocol's own messages (docs/protocol.md 10), except calls: what each end takes, cancellation, signs of life. Safe for concurrent use.
/// </summary>
internal sealed class ControlMessages(CallAnswers answers)
{
    /// <summary>Whether a message is handled at once even if there is no room: all of the protocol's own that take none, which a call does.</summary>
    public static bool GoesAhead(in MessageHead head)
        => head.IsControl
            ? !head.Method.SequenceEqual(ControlName.Call)
            : head.Kind == MessageKind.Request && (head.Method.SequenceEqual(ControlName.Ping) || head.Method.SequenceEqual(ControlName.Hello));

    /// <summary>Handles a message whose method is the protocol's own; on the read loop.</summary>
    /// <returns>False if it is unknown.</returns>
    public bool TryHandle(in IncomingCall call, ReadLoop loop, ReadOnlySpan<byte> message, in MessageHead head)
        => call.MessageId is { } id
            ? TryAnswer(call, id, message, head)
            : TryTake(call.Connection, loop, message, head);

    private bool TryAnswer(in IncomingCall call, long id, ReadOnlySpan<byte> message, in MessageHead head)
    {
        if (head.Method.SequenceEqual(ControlName.Hello))
        {
            SayHello(call, id, message, head.BodyStart);
            return true;
        }

        if (head.Method.SequenceEqual(ControlName.Ping))
        {
            call.Connection.OnPing();

            if (call.Connection.Draining.IsCancellationRequested)
            {
                answers.Answer(call, onLoop: true, new RpcError(RpcErrorKind.Handler, "The server is stopping.", ErrorCode.GoAway));
            }
            else
            {
                MprpcWriter answer = answers.BeginAnswer(call);
                ResponseWriter.WriteNil(answer, id);
                CallAnswers.EndAnswer(call, answer);
            }

            return true;
        }

        return false;
    }

    private static bool TryTake(RpcConnection connection, ReadLoop loop, ReadOnlySpan<byte> message, in MessageHead head)
    {
        if (head.Method.SequenceEqual(ControlName.Cancel) || head.Method.SequenceEqual(ControlName.CancelRequest))
        {
            if (TryReadMessageId(message, head.BodyStart, out long id))
            {
                if (id < 0)
                {
                    connection.OnCancelOfFeed(id);
                }
                else
                {
                    connection.CancelCall(id, loop);
                }
            }

            return true;
        }

        if (StreamMessages.TryHandle(connection, loop, message, head))
        {
            return true;
        }

        if (head.Method.SequenceEqual(ControlName.GoAway))
        {
            if (TryReadGrace(message, head.BodyStart, out TimeSpan grace))
            {
                connection.OnGoAway(grace);
            }

            return true;
        }

        return false;
    }

    private void SayHello(in IncomingCall call, long id, ReadOnlySpan<byte> message, int start)
    {
        RpcConnection connection = call.Connection;
        PeerOffer? offer = null;
        string? problem = connection.Peer is not null
            ? "This connection has said '$/hello' before; what was said first counts."
            : PeerOffer.Read(message, start, out offer);

        if (problem is not null)
        {
            ProtocolLog.CallRefused(connection.Logger, connection.Id, "$/hello", problem);
            answers.Answer(call, onLoop: true, new RpcError(RpcErrorKind.InvalidArguments, problem));
            return;
        }

        connection.OnHello(offer!);
        PeerOffer own = connection.OwnOffer(isDialer: false) with { Version = offer!.Version };
        MprpcWriter answer = answers.BeginAnswer(call);
        ResponseWriter.WriteHello(answer, id, own);
        CallAnswers.EndAnswer(call, answer);

        // Asked for again on each connection: a peer that comes now has not heard it.
        Interlocked.MemoryBarrier();    // with that of who begins the stop: either this sees it, or that sees the peer

        if (connection.Draining.IsCancellationRequested)
        {
            connection.OnHelloWhileDraining();
        }
    }

    /// <summary>Reads the params <c>[grace in ms, reason]</c>.</summary>
    private static bool TryReadGrace(ReadOnlySpan<byte> message, int start, out TimeSpan grace)
    {
        grace = default;

        if (!MessagePackHead.TryReadArray(message[start..], out int head, out long count)
            || count == 0
            || !MessagePackHead.TryReadInteger(message[(start + head)..], out long milliseconds, out _)
            || milliseconds < 0)
        {
            return false;
        }

        grace = TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue));
        return true;
    }

    /// <summary>Reads the params <c>[msgid]</c>; whatever else stands there means nothing.</summary>
    private static bool TryReadMessageId(ReadOnlySpan<byte> message, int start, out long id)
    {
        id = 0;
        return MessagePackHead.TryReadArray(message[start..], out int head, out long count)
            && count == 1
            && MessagePackHead.TryReadInteger(message[(start + head)..], out id, out _);
    }
}
