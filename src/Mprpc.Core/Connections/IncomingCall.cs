using System.Diagnostics;

namespace Mprpc.Connections;

/// <summary>A call on its way from the message to the method.</summary>
/// <param name="connection">Where it came from and its answer goes.</param>
/// <param name="messageId">The number to echo, or null for a notification.</param>
/// <param name="turn">When it may be answered, if answers have an order.</param>
/// <param name="loop">The read loop that the call runs on, or null if it runs on a thread of its own.</param>
/// <param name="control">What can end it before its method does; null: nothing but the loss of the connection, which the method is not told.</param>
internal readonly struct IncomingCall(RpcConnection connection, long? messageId, AnswerOrder.Turn? turn, ReadLoop? loop, CallControl? control = null)
{
    private readonly long _entry = loop?.Baton.NextEntry ?? 0;

    public RpcConnection Connection { get; } = connection;

    public long? MessageId { get; } = messageId;

    public AnswerOrder.Turn? Turn { get; } = turn;

    public ReadLoop? Loop { get; } = loop;

    public CallControl? Control { get; } = control;

    /// <summary>When it began, as a timestamp; 0: nobody measures it.</summary>
    public long Started { get; init; } = loop?.Now ?? 0;

    /// <summary>Its span; null: nobody wants one.</summary>
    public Activity? Span { get; init; }

    /// <summary>Whether the answer is still to be given: the deadline may have given one.</summary>
    public bool TryTakeAnswer() => Control is null || Control.TryTakeAnswer();

    /// <summary>The same call if it goes on apart from the read loop.</summary>
    public IncomingCall WithoutLoop() => new(Connection, MessageId, Turn, loop: null, Control) { Started = Started, Span = Span };

    /// <summary>The same call with something that can end it.</summary>
    public IncomingCall With(CallControl control) => new(Connection, MessageId, Turn, Loop, control) { Started = Started, Span = Span };

    /// <summary>The same call with a span.</summary>
    public IncomingCall With(Activity? span) => new(Connection, MessageId, Turn, Loop, Control) { Started = Started, Span = span };

    /// <summary>Ends the part of the call that is the service's own code.</summary>
    /// <returns>Whether the thread still holds the read loop, so that the answer goes into its batch.</returns>
    public bool LeaveUserCode() => Loop is not null && Loop.LeaveUserCode(_entry);

    /// <summary>Ends the call; to be called when it is answered.</summary>
    /// <param name="heldLoop">What <see cref="LeaveUserCode"/> has returned.</param>
    public void End(bool heldLoop)
    {
        Control?.End();
        Leave(heldLoop);
    }

    /// <summary>Ends the call on this thread, while it goes on elsewhere.</summary>
    /// <param name="heldLoop">What <see cref="LeaveUserCode"/> has returned.</param>
    public void Leave(bool heldLoop)
    {
        if (!heldLoop && Loop is not null)
        {
            // It has had a place since the loop went on without this thread.
            Connection.RunningCalls.EndHeldUp(_entry);
        }
    }
}
