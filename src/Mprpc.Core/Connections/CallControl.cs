using System.Diagnostics;
using Mprpc.Scheduling;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>
/// What can end a peer's call before its method does: the peer, its deadline, the loss of the connection. It is the source of the call's token.
/// </summary>
/// <remarks>
/// <para>
/// Only calls have one whose method takes a token or a context, or that came with a timeout. While the call runs apart from the read loop it is in
/// <see cref="ControlledCalls"/>, where it can be found.
/// </para>
/// <para>
/// A call whose method takes a token has an object of its own, since the application may keep the token. That of another serves further calls of the loop,
/// unless it was listed: whoever has found it may come to it late.
/// </para>
/// <para>The deadline may answer before the method has ended: whoever takes the answer gives it. Safe for concurrent use.</para>
/// </remarks>
internal sealed class CallControl(ICallConnection connection, ServedMethod method, long? messageId, AnswerOrder.Turn? turn) : CancellationTokenSource
{
    private const int New = 0;
    private const int Listed = 1;
    private const int Ended = 2;
    private const int EndedUnlisted = 3;

    private int _state;
    private int _isAnswered;
    private int _reason;
    private StreamCredit? _result;      // that is streamed

    public ServedMethod Method { get; private set; } = method;

    public long? MessageId { get; private set; } = messageId;

    public AnswerOrder.Turn? Turn { get; private set; } = turn;

    /// <summary>The number under which it is listed.</summary>
    public long Key { get; set; }

    /// <summary>When its time is up, as a timestamp of the connection's clock; 0: never.</summary>
    public long Deadline { get; private set; }

    /// <summary>When the call began, as <see cref="IncomingCall.Started"/>.</summary>
    public long Started { get; set; }

    /// <summary>The call's span; null: it has none.</summary>
    public Activity? Span { get; set; }

    /// <summary>How long it may take in all; meaningless without a deadline.</summary>
    public TimeSpan Timeout { get; private set; }

    /// <summary>What is left of the time, zero at least; infinite without a deadline.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            if (Deadline == 0)
            {
                return System.Threading.Timeout.InfiniteTimeSpan;
            }

            long now = connection.Clock.GetTimestamp();
            return Deadline > now ? connection.Clock.GetElapsedTime(now, Deadline) : TimeSpan.Zero;
        }
    }

    /// <summary>Whether the caller has set the deadline, not the method's own timeout.</summary>
    public bool IsCallersDeadline { get; private set; }

    /// <summary>The entries of the call's metadata as they came; empty: none.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>How much the caller takes of a result that is a stream; null: it takes none.</summary>
    public StreamAllowance? Credit { get; init; }

    /// <summary>The streams that are fed to the call; null: none is.</summary>
    public FedStreams? Fed { get; set; }

    /// <summary>Whether the caller is not told that its time is up, since it has not been let in yet; asked once, when it is. Null: it is told.</summary>
    public Func<bool>? IsHidden { get; set; }

    /// <summary>Whether its deadline has been found to have passed; for <see cref="ControlledCalls"/>, under its lock.</summary>
    public bool IsLate { get; set; }

    /// <summary>Why the token was cancelled.</summary>
    public CancelReason Reason => (CancelReason)Volatile.Read(ref _reason);

    /// <summary>Sets when the time is up, if that is sooner than what was set before; to be called before <see cref="Enlist"/>.</summary>
    /// <param name="start">When the time began, as a timestamp.</param>
    /// <param name="timeout">How long the call may take.</param>
    /// <param name="isCallers">Whether the caller has said so.</param>
    public void SetDeadline(long start, TimeSpan timeout, bool isCallers)
    {
        long ticks = (long)(timeout.TotalSeconds * connection.Clock.TimestampFrequency);
        long deadline = ticks > long.MaxValue - start ? long.MaxValue : start + Math.Max(1, ticks);

        if (Deadline == 0 || deadline < Deadline)
        {
            Deadline = deadline;
            Timeout = timeout;
            IsCallersDeadline = isCallers;
        }
    }

    /// <summary>
    /// Lets the call be found, since it goes on apart from the read loop; called again, has its deadline looked at anew. Once it has ended, nothing happens.
    /// </summary>
    public void Enlist() => connection.Enlist(this);

    /// <summary>Whether the call has ended and was never listed, so that nobody but the read loop knows it, and it can be begun again.</summary>
    public bool IsReusable => Volatile.Read(ref _state) == EndedUnlisted;

    /// <summary>Prepares it for another call, which <see cref="Open"/> begins; for one that is reusable, on the loop that has it.</summary>
    public void Renew(ServedMethod method, long? messageId, AnswerOrder.Turn? turn)
    {
        Method = method;
        MessageId = messageId;
        Turn = turn;
        Deadline = 0;
        _isAnswered = 0;
    }

    /// <summary>Begins the call that it was renewed for. From here on it may be listed, also by a guard of the loop that means an earlier call.</summary>
    public void Open() => Volatile.Write(ref _state, New);

    /// <summary>Closes the connection, because a call could not be answered.</summary>
    public void AbortConnection(Exception reason) => connection.Abort(reason);

    /// <summary>For <see cref="ControlledCalls"/>, under its lock.</summary>
    /// <returns>False if it is listed, or has ended.</returns>
    public bool TryEnterList() => Interlocked.CompareExchange(ref _state, Listed, New) == New;

    /// <summary>Whether it is listed, and has not ended.</summary>
    public bool IsListed => Volatile.Read(ref _state) == Listed;

    /// <summary>Whether the answer is the caller's to give.</summary>
    public bool TryTakeAnswer()
    {
        if (Interlocked.Exchange(ref _isAnswered, 1) != 0)
        {
            return false;
        }

        Fed?.Close();       // before: who has the answer may use the numbers of its streams again
        return true;
    }

    /// <summary>The result is streamed from here on, so that nothing of it goes out behind an answer that the deadline gives.</summary>
    /// <returns>False if that has been given already.</returns>
    public bool TryStream(StreamCredit credit)
    {
        Interlocked.Exchange(ref _result, credit);      // a fence, as in TryTakeAnswer: either this sees the answer, or that sees the stream
        return Volatile.Read(ref _isAnswered) == 0;
    }

    /// <summary>The method has ended, and is answered.</summary>
    public void End()
    {
        Fed?.Close();

        if (Interlocked.CompareExchange(ref _state, EndedUnlisted, New) == Listed)
        {
            Volatile.Write(ref _state, Ended);
            connection.Delist(this);
        }
    }

    /// <summary>The peer no longer wants the answer; called on the read loop, where code of the application may run.</summary>
    public void CancelOnLoop(UserCodeLoop loop)
    {
        if (!TrySetReason(CancelReason.Peer))
        {
            return;
        }

        loop.Occupant = null;
        long entry = loop.EnterUserCode();

        try
        {
            Cancel();
        }
        catch (Exception exception)
        {
            connection.OnStrayFailure(exception);
        }

        loop.LeaveUserCode(entry);
    }

    /// <summary>Cancels the token from a thread that must not run code of the application.</summary>
    public void CancelApart(CancelReason reason)
    {
        if (TrySetReason(reason))
        {
            _ = CancelAndLogAsync();
        }
    }

    /// <summary>The time is up: the caller is told at once; the call keeps its place until the method has really ended. To be called once.</summary>
    public void OnDeadline()
    {
        if (IsHidden?.Invoke() != true)
        {
            if (!TryTakeAnswer())
            {
                return;
            }

            AnswerTimeout();
        }

        CancelApart(CancelReason.Deadline);
    }

    private void AnswerTimeout()
    {
        if (Volatile.Read(ref _result) is { } result)
        {
            result.End(() => connection.AnswerTimeout(this));
        }
        else
        {
            connection.AnswerTimeout(this);
        }
    }

    private bool TrySetReason(CancelReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, (int)CancelReason.None) != (int)CancelReason.None)
        {
            return false;
        }

        Fed?.Fail(new OperationCanceledException("The call was cancelled before the stream had ended."));
        return true;
    }

    private async Task CancelAndLogAsync()
    {
        try
        {
            await CancelAsync().ConfigureAwait(false);      // what runs on cancellation runs on a thread of the pool
        }
        catch (Exception exception)
        {
            connection.OnStrayFailure(exception);
        }
    }
}
