using System.Runtime.CompilerServices;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Diagnostics;
using Mprpc.Scheduling;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>The calls that this side makes over a connection: sent, answered, or given up. Safe for concurrent use.</summary>
internal sealed class CallsToPeer
{
    private readonly RpcConnection _connection;
    private readonly InFlightRequests _requests;
    private readonly MessageOutput _output;
    private readonly CallWindow _window;
    private BlockingPenalty _continuationsBlock;
    private bool _keepsToWindow;
    private int _maxWritten;        // what needs no further look at its size ...
    private int _maxLevels;         // ... and depth

    public CallsToPeer(RpcConnection connection, InFlightRequests requests, MessageOutput output)
    {
        _connection = connection;
        _requests = requests;
        _output = output;
        _window = new CallWindow(requests, output);
        ChangeLimits(connection.Limits);
        requests.OnGivenUp += call => _window.Release(call);

        // A peer that finds methods here may call at any time, also while more of this side's requests are on their way than it can set aside.
        _keepsToWindow = connection.Handler.HasMethods;
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

    /// <summary>Changes how large and deep messages may be that are sent.</summary>
    public void ChangeLimits(ConnectionLimits limits)
    {
        _maxWritten = limits.MaxSendMessageSize - RequestWriter.HeadRoom;
        _maxLevels = limits.MaxSendDepth - RequestWriter.OuterLevels;
    }

    /// <summary>Sends a request whose method and arguments are written.</summary>
    /// <returns>False if the connection is closed: nothing was sent, and both can be sent over another.</returns>
    /// <exception cref="MessagePackSerializationException">The request is larger, or nests deeper, than may be sent.</exception>
    public bool TryCall(PendingCall call, MprpcWriter request, CancellationToken cancellationToken)
    {
        Check(call.Method, request);

        if (!_keepsToWindow && !cancellationToken.CanBeCanceled)
        {
            bool isSent = _output.TrySend(call, request, _requests);

            // The lock in between is the fence: either this sees that the peer has begun to call, or what waits for room sees this call.
            if (_keepsToWindow)
            {
                _connection.RunningCalls.Recheck();
            }

            return isSent;
        }

        call.RequestBytes = _keepsToWindow ? CallWindow.Waiting : 0;

        if (!_requests.TryAdd(call))
        {
            return false;
        }

        _connection.RunningCalls.Recheck();
        int messageId = call.MessageId;
        bool isInWindow = call.RequestBytes == CallWindow.Waiting;
        RequestWriter.PrependRequestHead(request, messageId);
        call.Watch(cancellationToken);      // before it is sent: once it is answered, the object may be another call's

        if (isInWindow ? _window.TrySend(messageId, request) : _output.TrySend(request))
        {
            return true;
        }

        request.DropFront(RequestWriter.HeadRoom);

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

        notification.DropFront(RequestWriter.HeadRoom);
        return false;
    }

    /// <summary>Sends a notification once the output has room, if that is in time.</summary>
    /// <inheritdoc cref="TryNotify" path="/*[self::returns or self::exception]"/>
    /// <exception cref="TimeoutException">The peer did not read in time; nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was sent.</exception>
    public async ValueTask<bool> TryNotifyAsync(string method, MprpcWriter notification, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout, _connection.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);

        try
        {
            // Again after each wait: all that waited go on at once, and one of them may have filled it again.
            while (_output.IsCongested && !_output.IsClosed)
            {
                await _output.WaitForRoomAsync().WaitAsync(either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception)
        {
            MprpcWriter.Return(notification);
            throw cancellationToken.IsCancellationRequested
                ? new OperationCanceledException($"The notification of '{method}' was cancelled before it was sent.", exception, cancellationToken)
                : new TimeoutException(
                    $"The notification of '{method}' was not sent within {timeout.TotalMilliseconds:N0} ms: the peer of connection {_connection.Id} does not read.",
                    exception);
        }

        return TryNotify(notification);
    }

    /// <summary>Ends the call that a response answers, and lets its caller go on.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]      // in the loop its reader would be cleared for each message, and the loop would have too few registers
    public void HandleResponse(in ReadOnlyMemory<byte> message, in MessageHead head, ReadLoop loop)
    {
        PendingCall? call = _requests.Take(head.MessageId);

        if (call is null)
        {
            // docs/protocol.md 8: late, twice, or of a peer that invents ids: never fatal.
            UnexpectedResponse.Log(_connection, head.MessageId, message);
            return;
        }

        if (call.RequestBytes > 0)
        {
            _window.Release(call);
        }

        var reader = new MprpcReader(message, head.BodyStart, count: 2, _connection.Serializer, loop: null);
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

    /// <summary>Code that awaited a call has held the read loop up.</summary>
    public void OnHeldUp()
    {
        ProtocolLog.ContinuationBlocks(_connection.Logger, _connection.Id);
        _continuationsBlock.Raise();
    }

    /// <summary>Fails all calls: the connection is lost or closed.</summary>
    public void Close(string message, Exception? reason)
        => _requests.Close(call => new MprpcConnectionException(
            call.RequestBytes == CallWindow.Waiting ? $"{message} The request had not been sent." : message, requestWasSent: call.RequestBytes != CallWindow.Waiting, reason));

    /// <summary>Looks closer only at what may be too large or too deep.</summary>
    /// <exception cref="MessagePackSerializationException">The message is larger, or nests deeper, than may be sent.</exception>
    private void Check(string? method, MprpcWriter message)
    {
        if (message.Length > _maxWritten || message.Levels > _maxLevels)
        {
            SentMessage.Check(_connection.Limits, method, message);
        }
    }
}
