using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>A request that waits for its response.</summary>
/// <remarks>
/// It completes once: whoever takes it out of <see cref="InFlightRequests"/> completes it, by <see cref="ReadAnswer"/> or <see cref="SetError"/>, then
/// <see cref="Complete"/>, or by <see cref="Fail"/>. None of these throws, whatever a formatter, a converter or the awaiter's code does: a call that was taken
/// and not completed would never end.
/// </remarks>
internal abstract class PendingCall
{
    /// <summary>What <see cref="RequestBytes"/> is while the request waits to be sent.</summary>
    public const int Unsent = -1;

    // Of a call that can be cancelled while it is being sent: its id, and how far it is. By the id, who comes late sees that the object is another call's.
    private const int Sending = 1;
    private const int Sent = 2;
    private const int GivenUp = 3;
    private const int IdShift = 2;

    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;
    private long _sending;

    /// <summary>The id under which it is in flight.</summary>
    public int MessageId { get; set; }

    /// <summary>When it times out, as a timestamp of the connection's clock; 0: never.</summary>
    public long Deadline { get; set; }

    /// <summary>How many bytes its request has, if whoever sends it counts them; else 0.</summary>
    public int RequestBytes { get; set; }

    /// <summary>The wire name of the method, for errors.</summary>
    public string Method { get; private set; } = "";

    /// <summary>How long it may wait from the moment when it is sent.</summary>
    public TimeSpan Timeout { get; private set; }

    /// <summary>What the peer is told of the call besides method and arguments, if it takes that: its timeout, and this metadata. Null: nothing.</summary>
    public MprpcMetadata? Told { get; set; }

    /// <summary>Where the items of a result go that is a stream; null: it is none.</summary>
    public IncomingItems? Items { get; set; }

    /// <summary>Whether it is sent at once, whatever the window: its streams follow it.</summary>
    public bool BypassesWindow { get; set; }

    /// <summary>How much of the time that its caller gave it had gone before it was sent, for errors.</summary>
    public TimeSpan SpentBefore { get; set; }

    /// <summary>Whether it waits here for its turn where the peer has as many requests as it takes; else it is not sent.</summary>
    public bool WaitsForPlace { get; set; }

    /// <summary>Whether its method is the protocol's own, for which nothing has to make room.</summary>
    public bool IsControl => ControlName.TakesNoPlace(Method);

    public InFlightRequests? InFlight { get; set; }

    public CancellationToken CancellationToken => _cancellationToken;

    /// <summary>Reads a response's error and result. What cannot be read makes the call fail.</summary>
    /// <param name="reader">Stands at the error.</param>
    public void ReadAnswer(ref MprpcReader reader)
    {
        try
        {
            if (reader.TryReadNil())
            {
                ReadResult(ref reader);
            }
            else
            {
                SetError(RemoteErrorReader.Read(Method, ref reader));
            }
        }
        catch (Exception exception)
        {
            SetError(new MessagePackSerializationException($"The answer to '{Method}' cannot be read. Ask for MprpcRaw to see what came.", exception));
        }
    }

    public abstract void SetError(Exception exception);

    /// <summary>Lets the caller go on: on this thread, or on another.</summary>
    public abstract void Complete(bool onThisThread);

    public void Fail(Exception exception)
    {
        SetError(exception);
        Complete(onThisThread: false);
    }

    /// <summary>It is about to be sent, and may be given up at any time from here on.</summary>
    public void BeginSending() => Volatile.Write(ref _sending, Stage(MessageId, Sending));

    /// <summary>It has been sent.</summary>
    /// <param name="messageId">Its id: the object may be another call's by now.</param>
    /// <returns>False if it was given up before, so that the peer is still to be told.</returns>
    public bool EndSending(int messageId)
        => Interlocked.CompareExchange(ref _sending, Stage(messageId, Sent), Stage(messageId, Sending)) != Stage(messageId, GivenUp);

    /// <summary>It is given up.</summary>
    /// <returns>Whether the peer is to be told; if not, whoever sends it tells it then, since what overtakes the request means nothing.</returns>
    public bool GiveUp() => Interlocked.CompareExchange(ref _sending, Stage(MessageId, GivenUp), Stage(MessageId, Sending)) != Stage(MessageId, Sending);

    /// <summary>Cancels the call when the token says so; to be called when it is in flight.</summary>
    public void Watch(CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static call => ((PendingCall)call!).Cancel(), this);
    }

    /// <summary>What its caller is told when the time is up: the time that was given, and how it was spent.</summary>
    public TimeoutException TimedOut()
    {
        double whole = (Timeout + SpentBefore).TotalMilliseconds;

        if (RequestBytes == Unsent)
        {
            return new TimeoutException(
                $"The call of '{Method}' was not sent within {whole:N0} ms: it waited for a place among the requests that the peer takes at once. "
                + "Raise the timeout, MprpcClientOptions.MaxConnections, or the peer's limit (MaxCallsInFlightPerConnection).");
        }

        string spent = SpentBefore >= TimeSpan.FromMilliseconds(1) ? $", of which {SpentBefore.TotalMilliseconds:N0} ms had passed before it was sent" : "";
        return new TimeoutException(
            $"The call of '{Method}' had no answer within {whole:N0} ms{spent}. It may still run at the peer. "
            + "Raise MprpcClientOptions.CallTimeout, or MprpcCallOptions.Timeout for this call.");
    }

    /// <summary>It goes on elsewhere, with what is left of its time.</summary>
    public void Resume(TimeProvider clock)
    {
        if (Deadline > 0)
        {
            long now = clock.GetTimestamp();
            TimeSpan left = Deadline > now ? clock.GetElapsedTime(now, Deadline) : default;
            SpentBefore += Timeout - left;
            Timeout = left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1);     // zero would mean: none
        }

        Deadline = 0;
        RequestBytes = 0;
    }

    /// <summary>Ends the watch.</summary>
    /// <returns>False if the token's callback runs at this moment: the object must not be used for another call.</returns>
    public bool Unwatch()
    {
        bool isQuiet = !_cancellationToken.CanBeCanceled || _registration.Unregister();
        _registration = default;
        _cancellationToken = default;
        InFlight = null;
        return isQuiet;
    }

    /// <summary>Reads the result; a value of the wrong type makes the call fail.</summary>
    protected abstract void ReadResult(ref MprpcReader reader);

    protected void Prepare(string method, TimeSpan timeout)
    {
        Method = method;
        Timeout = timeout;
        SpentBefore = default;
        Told = null;
        Items = null;
        BypassesWindow = false;
        WaitsForPlace = false;
        Deadline = 0;
        RequestBytes = 0;
    }

    private static long Stage(int messageId, int stage) => ((long)messageId << IdShift) | (uint)stage;

    private void Cancel()
    {
        CancellationToken token = _cancellationToken;

        if (InFlight is { } requests && requests.Remove(this))
        {
            string rest = RequestBytes == Unsent ? " before it was sent." : "; its answer, if one comes, is ignored.";
            requests.GiveUp(this, new OperationCanceledException($"The call of '{Method}' was cancelled{rest}", token));
        }
    }
}
