using System.Diagnostics;
using Mprpc.CompilerServices;
using Mprpc.Diagnostics;
using Mprpc.Transports.Custom;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <content>What the peer says about the connection and about calls that run (docs/protocol.md 10.5 and on).</content>
internal sealed partial class RpcConnection
{
    /// <summary>Why a server that stops asks its peers to call elsewhere.</summary>
    public const string Stopping = "stopping";

    private PeerOffer? _peer;
    private int _pingsAnswered;

    /// <summary>Counts the signs of life that the peer has asked for.</summary>
    public int PingsAnswered => Volatile.Read(ref _pingsAnswered);

    /// <summary>What the peer takes, as it has said with <c>$/hello</c>; null: it has said nothing, and gets nothing but the plain protocol.</summary>
    public PeerOffer? Peer => Volatile.Read(ref _peer);

    /// <summary>What ran when the connection came, such as the HTTP request of a WebSocket: the spans of calls name it. Null: nothing.</summary>
    public Activity? CameIn { get; private set; }

    /// <summary>Which limit of this side has ended it, if one has.</summary>
    public ConnectionLimit? LimitHit => _limitHit;

    /// <summary>What metrics call the endpoint that has taken it, or the client that has made it; null: nothing.</summary>
    public string? Origin => _settings.Origin;

    /// <summary>Whether writing runs code of the application, which may block: a transport of its own.</summary>
    public bool WritesRunUserCode => _settings.Transport is GuardedTransport;

    /// <summary>Whether this side has said, with <c>$/hello</c>, that it serves methods.</summary>
    public bool HasOfferedCalls { get; private set; }

    /// <summary>Whether it was closed at once, and ends.</summary>
    public bool IsAborted => _isAborted;

    /// <summary>What the peer may demand, at the latest when it has logged in.</summary>
    public ConnectionLimits OfferedLimits => _settings.OfferedLimits ?? Limits;

    /// <summary>What this side takes.</summary>
    /// <param name="isDialer">Whether it has made the connection: only then it can go elsewhere.</param>
    public PeerOffer OwnOffer(bool isDialer) => new()
    {
        ErrorsAsMap = true,
        Size = OfferedLimits.MaxMessageSize,
        Calls = _handler.HasMethods ? OfferedLimits.MaxRunningCalls : 0,
        Streams = _handler.HasMethods && SendsStreams ? Limits.Streams.MaxPerConnection : 0,
        FeedItems = Limits.Streams.Feed.Items,
        FeedBytes = Limits.Streams.Feed.Bytes,
        Metadata = MetadataLimits.MaxBytes,
        GoAway = isDialer,
        Ping = true,
    };

    /// <summary>Asks the peer what it takes, and says what this side takes.</summary>
    /// <exception cref="MprpcRemoteException">It does not know the extensions.</exception>
    /// <exception cref="MprpcProtocolException">Its answer is not one.</exception>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    /// <exception cref="MprpcConnectionException">It has closed the connection.</exception>
    public async Task SayHelloAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        PeerOffer own = OwnOffer(isDialer: true);
        HasOfferedCalls = own.Calls > 0;
        MprpcWriter hello = ControlWriter.Hello(Serializer, own);

        if (!TryCall("$/hello", hello, timeout, cancellationToken, out ValueTask<MprpcRaw> answering))
        {
            throw NotSent(hello);
        }

        MprpcRaw answer = await answering.ConfigureAwait(false);

        if (PeerOffer.Read(answer.Memory.Span, position: 0, out PeerOffer offer) is { } problem)
        {
            throw new MprpcProtocolException($"The peer's answer to '$/hello' cannot be read: {problem}");
        }

        OnHello(offer);
    }

    void ICallConnection.Enlist(CallControl call) => Controlled.Add(call);

    void ICallConnection.Delist(CallControl call) => Controlled.Remove(call);

    void ICallConnection.AnswerTimeout(CallControl call) => _handler.AnswerTimeout(this, call);

    /// <summary>The peer has said what it takes.</summary>
    public void OnHello(PeerOffer offer)
    {
        lock (_closed)
        {
            Volatile.Write(ref _peer, offer);
            Limits = Limits.For(offer);
            _calls.ChangeLimits(Limits, offer);
            Requests.ChangeLimit(offer.Calls);
        }

        _settings.OnHello?.Invoke();
    }

    /// <summary>Asks the peer to make further calls elsewhere, if it takes that; those that cross it are served (docs/protocol.md 10.10).</summary>
    /// <param name="grace">For how long; zero: what is unanswered by now never runs, and this is the last message.</param>
    /// <param name="reason">Why, for the peer's log.</param>
    public void SendGoAway(TimeSpan grace, string reason)
    {
        if (Peer is { GoAway: true })
        {
            Output.Notify(ControlWriter.GoAway(Serializer, grace, reason));
        }
    }

    /// <summary>The peer has said hello while this side stops: it is asked to call elsewhere, behind the answer that the read loop has not sent yet.</summary>
    public void OnHelloWhileDraining()
        => ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.SendGoAway(connection._settings.GoAwayGrace, Stopping), this, preferLocal: false);

    /// <summary>
    /// The peer takes no further calls after this time; zero: what it has not answered by now has not run, and never will. Of a peer that has not been asked
    /// whether it knows the extensions it means nothing.
    /// </summary>
    public void OnGoAway(TimeSpan grace)
    {
        if (Peer is null || _settings.OnGoAway is not { } handler)
        {
            return;
        }

        handler(grace);

        if (grace == TimeSpan.Zero)
        {
            _calls.FailUnrun();
        }
    }

    /// <summary>The peer has asked for a sign of life; for the read loop alone.</summary>
    public void OnPing() => Volatile.Write(ref _pingsAnswered, _pingsAnswered + 1);

    /// <summary>Asks the peer for a sign of life; what comes back is told by the bytes alone.</summary>
    public void SendPing()
    {
        MprpcWriter ping = ControlWriter.Ping(Serializer);

        if (TryCall("$/ping", ping, Limits.HeartbeatTimeout, CancellationToken.None, out ValueTask<MprpcRaw> answering))
        {
            _ = IgnoreAsync(answering);
        }
        else
        {
            MprpcWriter.Return(ping);
        }
    }

    /// <summary>Asks the peer for a sign of life, and waits for it.</summary>
    /// <returns>False if the peer says that it stops, and asks for calls to be made elsewhere.</returns>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    /// <exception cref="MprpcConnectionException">The connection is lost.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<bool> PingAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        MprpcWriter ping = ControlWriter.Ping(Serializer);

        if (!TryCall("$/ping", ping, timeout, cancellationToken, out ValueTask<MprpcRaw> answering))
        {
            throw NotSent(ping);
        }

        try
        {
            await answering.ConfigureAwait(false);
            return true;
        }
        catch (MprpcRemoteException exception)
        {
            return exception.Code != ErrorCode.GoAway;      // another error is a sign of life as well
        }
    }

    private static async Task IgnoreAsync(ValueTask<MprpcRaw> answering)
        => await ((Task)answering.AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>The peer's calls that run and can be cancelled.</summary>
    public ControlledCalls Controlled
        => _controlled ?? Interlocked.CompareExchange(ref _controlled, new ControlledCalls(Clock, RunningCalls, Closed), null) ?? _controlled;

    /// <summary>Whether a message is handled at once even if there is no room for requests.</summary>
    /// <remarks>No request does where answers come in the order of the requests.</remarks>
    public bool GoesAhead(in MessageHead head)
        => _handler.GoesAhead(head) && (head.Kind != MessageKind.Request || (AnswerOrder is not { IsInOrder: true } && !IsOverUnsentBound));

    /// <summary>Answers a request that its peer has cancelled while it was set aside.</summary>
    public void AnswerCancelled(in MessageHead head, ReadLoop loop)
        => _handler.RefuseCancelled(new IncomingCall(this, head.MessageId, AnswerOrder?.Begin(), loop));

    /// <summary>The peer no longer wants the answer to a request. One that is unknown, or answered, is nothing to cancel.</summary>
    public void CancelCall(long messageId, ReadLoop loop)
    {
        if (Volatile.Read(ref _controlled)?.Find(messageId) is { } control)
        {
            if (_calls.ContinuationsBlock)
            {
                control.CancelApart(CancelReason.Peer);
            }
            else
            {
                control.CancelOnLoop(loop);
            }
        }
        else
        {
            loop.CancelParked(messageId);
        }
    }
}
