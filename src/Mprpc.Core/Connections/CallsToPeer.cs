using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MessagePack;
using Microsoft.Extensions.Logging;
using Mprpc.CompilerServices;
using Mprpc.Diagnostics;
using Mprpc.Scheduling;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>The calls that this side makes over a connection: sent, answered, or given up. Safe for concurrent use.</summary>
internal sealed partial class CallsToPeer
{
    private readonly ILogger _logger;
    private readonly string _connectionId;
    private readonly MprpcSerializerOptions _serializer;
    private readonly InFlightRequests _requests;
    private readonly MessageOutput _output;
    private readonly RunningCalls _running;
    private ConnectionLimits _limits;
    private PeerOffer? _peer;
    private CallWindow? _window;    // most connections are called from one side only
    private BlockingPenalty _continuationsBlock;
    private bool _keepsToWindow;
    private int _maxWritten;        // what needs no further look at its size ...
    private int _maxLevels;         // ... and depth

    /// <param name="logger">Where to say what nobody else is told.</param>
    /// <param name="connectionId">The connection, in the log.</param>
    /// <param name="serializer">Reads the answers.</param>
    /// <param name="requests">The calls in flight.</param>
    /// <param name="output">Sends.</param>
    /// <param name="running">The peer's calls, which may wait for one of this side's.</param>
    /// <param name="limits">What may be sent.</param>
    /// <param name="peerMayCall">Whether the peer finds methods here: it may call at any time, also while more of this side's requests are
    /// on their way than it can set aside.</param>
    public CallsToPeer(
        ILogger logger,
        string connectionId,
        MprpcSerializerOptions serializer,
        InFlightRequests requests,
        MessageOutput output,
        RunningCalls running,
        ConnectionLimits limits,
        bool peerMayCall)
    {
        _logger = logger;
        _connectionId = connectionId;
        _serializer = serializer;
        _requests = requests;
        _output = output;
        _running = running;
        _keepsToWindow = peerMayCall;
        ChangeLimits(limits, peer: null);
        requests.OnGivenUp += OnGivenUp;
    }

    /// <summary>
    /// The peer calls too. From now on the requests that it has not answered are kept below what it can set aside, so that its reading never stops
    /// (docs/protocol.md 6.4).
    /// </summary>
    public void OnPeerCalls()
    {
        // Compared first: a write would take the line from the threads that call.
        if (!_keepsToWindow)
        {
            _keepsToWindow = true;
        }
    }

    /// <summary>The name by which the peer is told that an answer is no longer wanted, though it has not said <c>$/hello</c>; null: it is not told.</summary>
    public string? CancelMethod { get; init; }

    /// <summary>What to do so that calls may be sent with a credential in their metadata; null: they may.</summary>
    public string? CredentialRemedy { get; init; }

    /// <summary>Changes how large and deep messages may be that are sent, and what the peer takes besides plain calls; null: nothing.</summary>
    [MemberNotNull(nameof(_limits))]
    public void ChangeLimits(ConnectionLimits limits, PeerOffer? peer)
    {
        Volatile.Write(ref _peer, peer);
        _limits = limits;
        _maxWritten = limits.MaxSendMessageSize - RequestWriter.HeadRoom;
        _maxLevels = limits.MaxSendDepth - RequestWriter.OuterLevels;
        StreamsIfAny?.ChangeLimits(limits, peer);
    }

    /// <summary>Sends a request whose method and arguments are written.</summary>
    /// <returns>
    /// False if the connection is closed, or the peer has as many requests as it takes and the call does not wait for that: nothing was sent, and both can be
    /// sent later or over another.
    /// </returns>
    /// <exception cref="MessagePackSerializationException">The request is larger, or nests deeper, than may be sent.</exception>
    /// <exception cref="NotSupportedException">The call has metadata, and the peer takes none; or a credential that others could read.</exception>
    public bool TryCall(PendingCall call, MprpcWriter request, CancellationToken cancellationToken)
        => call.Told is null ? TryCallPlain(call, request, cancellationToken)
            : call.Told.Streams is CallStreams streams ? TryCallWithStreams(call, request, call.Told, streams, cancellationToken)
            : TryCallTold(call, request, call.Told, cancellationToken);

    private bool TryCallPlain(PendingCall call, MprpcWriter request, CancellationToken cancellationToken)
    {
        Check(call.Method, request);
        bool isInWindow = (_keepsToWindow || (call.WaitsForPlace && _requests.IsLimited)) && !call.IsControl && !call.BypassesWindow;

        if (!isInWindow && !cancellationToken.CanBeCanceled)
        {
            bool isSent = _output.TrySend(call, request, _requests);

            // The lock in between is the fence: either this sees that the peer has begun to call, or what waits for room sees this call.
            if (_keepsToWindow)
            {
                _running.Recheck();
            }

            return isSent;
        }

        call.RequestBytes = isInWindow ? PendingCall.Unsent : 0;

        if (!_requests.TryAdd(call))
        {
            return false;
        }

        _running.Recheck();
        int messageId = call.MessageId;
        RequestWriter.PrependRequestHead(request, messageId);

        if (!isInWindow)
        {
            call.BeginSending();
        }

        call.Watch(cancellationToken);      // before it is sent: once it is answered, the object may be another call's

        if (isInWindow ? Window.TrySend(messageId, request) : _output.TrySend(request))
        {
            if (!isInWindow && !call.EndSending(messageId))
            {
                TellCancelled(messageId);
            }

            return true;
        }

        request.DropFront();

        if (!_requests.Remove(call))
        {
            return true;        // another has taken it: it fails with the connection
        }

        call.Unwatch();
        return false;
    }

    /// <summary>Sends a notification whose method and arguments are written.</summary>
    /// <returns>False if the connection is closed: nothing was sent.</returns>
    /// <exception cref="MessagePackSerializationException">The notification is larger, or nests deeper, than may be sent.</exception>
    public bool TryNotify(MprpcWriter notification)
    {
        Check(method: null, notification);
        RequestWriter.PrependNotificationHead(notification);

        if (_output.TrySend(notification))
        {
            return true;
        }

        notification.DropFront();
        return false;
    }

    /// <summary>Ends the call that a response answers, and lets its caller go on.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]      // in the loop its reader would be cleared for each message, and the loop would have too few registers
    public void HandleResponse(in ReadOnlyMemory<byte> message, in MessageHead head, UserCodeLoop loop)
    {
        PendingCall? call = _requests.Take(head.MessageId);

        if (call is null)
        {
            // docs/protocol.md 8: late, twice, or of a peer that invents ids: never fatal.
            UnexpectedResponse.Log(_logger, _connectionId, head.MessageId, message);
            return;
        }

        if (call.RequestBytes != 0)
        {
            Release(call);
        }

        var reader = new MprpcReader(message, head.BodyStart, count: 2, _serializer, loop: null);
        call.ReadAnswer(ref reader);

        if (_continuationsBlock.IsHeld)
        {
            call.Complete(onThisThread: false);
            return;
        }

        loop.Occupant = null;
        long entry = loop.EnterUserCode();
        call.Complete(onThisThread: true);
        loop.LeaveUserCode(entry);
    }

    /// <summary>Whether code of the application that is called back here has lately held the read loop up.</summary>
    public bool ContinuationsBlock => _continuationsBlock.IsHeld;

    /// <summary>Code that awaited a call has held the read loop up.</summary>
    public void OnHeldUp()
    {
        ProtocolLog.ContinuationBlocks(_logger, _connectionId);
        _continuationsBlock.Raise();
    }

    private void OnGivenUp(PendingCall call)
    {
        // What waits for the window was not sent, and never will be.
        if (call.RequestBytes != PendingCall.Unsent && call.GiveUp())
        {
            TellCancelled(call.MessageId);
        }

        _window?.Release(call);
    }

    private void TellCancelled(int messageId)
    {
        if ((_peer is null ? CancelMethod : "$/cancel") is { } method)
        {
            _output.Notify(ControlWriter.Cancel(_serializer, method, messageId));
        }
    }

    /// <summary>Fails all calls, none of which has run: the peer has said so.</summary>
    public void FailUnrun()
        => _requests.Drain(
            static _ => true,
            static call => new MprpcConnectionException(
                $"The server stopped before the call of '{call.Method}' began; it has not run, and can be made again.",
                requestWasSent: false) { WasTaken = true });

    /// <summary>Fails all calls: the connection is lost or closed.</summary>
    public void Close(string message, Exception? reason)
        => _requests.Close(call => new MprpcConnectionException(
            call.RequestBytes == PendingCall.Unsent ? $"{message} The request had not been sent." : message,
            requestWasSent: call.RequestBytes != PendingCall.Unsent,
            reason) { WasTaken = true });

    private CallWindow Window => _window ?? MakeWindow();

    private CallWindow MakeWindow()
    {
        lock (_requests)
        {
            if (_window is null)
            {
                var window = new CallWindow(_requests, _output);
                _requests.OnLeft += window.OnLeft;      // before another thread finds it, and waits
                Volatile.Write(ref _window, window);
            }

            return _window;
        }
    }

    private void Release(PendingCall call)
    {
        // Answered before it was sent, by a peer that invents ids.
        if (call.RequestBytes == PendingCall.Unsent)
        {
            _requests.ForgetUnsent();
        }

        _window?.Release(call);
    }

    /// <summary>Looks closer only at what may be too large or too deep.</summary>
    /// <exception cref="MessagePackSerializationException">The message is larger, or nests deeper, than may be sent.</exception>
    private void Check(string? method, MprpcWriter message)
    {
        if (message.Length > _maxWritten || message.Levels > _maxLevels)
        {
            SentMessage.Check(_limits, method, message);
        }
    }
}
