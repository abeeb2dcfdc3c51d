using Mprpc.CompilerServices;

namespace Mprpc.Connections;

/// <summary>
/// Keeps the requests that a peer has not answered below what it can set aside, on connections over which both sides call (docs/protocol.md 6.4), and below
/// what it takes at once, where it has said so (10.5).
/// </summary>
/// <remarks>
/// So a peer of ours never has to stop reading, whatever both sides call and answer; calls beyond the window wait here, in order. A call that was given up
/// counts no longer, though its request may still wait at the peer: a peer that never answers must not use the window up. Safe for concurrent use.
/// </remarks>
internal sealed class CallWindow
{
    private readonly Lock _gate = new();
    private readonly InFlightRequests _requests;
    private readonly MessageOutput _output;
    private Queue<(int MessageId, MprpcWriter Request)> _waiting = new();
    private int _givenUp;       // how many of those that wait are not in flight any more
    private long _unanswered;
    private bool _isAwaited;

    public CallWindow(InFlightRequests requests, MessageOutput output)
    {
        _requests = requests;
        _output = output;
    }

    /// <summary>Sends the request of a call that is in flight, now or when the window has room.</summary>
    /// <returns>False if the connection is closed: nothing was sent.</returns>
    public bool TrySend(int messageId, MprpcWriter request)
    {
        lock (_gate)
        {
            if (_output.IsClosed)
            {
                return false;
            }

            if (_waiting.Count == 0 && HasRoomFor(request))
            {
                return TrySendNow(messageId, request);
            }

            _waiting.Enqueue((messageId, request));

            if (_requests.IsLimited)
            {
                _requests.WatchPlaces();
                Volatile.Write(ref _isAwaited, true);
                Interlocked.MemoryBarrier();    // either this sees that a call has left, or that sees this one wait
                SendWaiting();
            }

            return true;
        }
    }

    /// <summary>A call is answered or given up; others may have room now.</summary>
    public void Release(PendingCall call)
    {
        if (call.RequestBytes == 0)
        {
            return;
        }

        lock (_gate)
        {
            if (call.RequestBytes == PendingCall.Unsent)
            {
                Forget();
                return;
            }

            _unanswered -= call.RequestBytes;
            SendWaiting();
        }
    }

    /// <summary>A call has left; one that waits may have its place.</summary>
    public void OnLeft()
    {
        if (!Volatile.Read(ref _isAwaited))
        {
            return;
        }

        lock (_gate)
        {
            SendWaiting();
        }
    }

    private bool HasRoomFor(MprpcWriter request)
        => (_unanswered == 0 || _unanswered + request.Length <= ParkedRequests.MaxBytesWhileCalling) && (!_requests.IsLimited || _requests.HasPlace);

    /// <summary>Under the lock.</summary>
    private void SendWaiting()
    {
        while (_waiting.TryPeek(out (int MessageId, MprpcWriter Request) next) && HasRoomFor(next.Request))
        {
            _waiting.Dequeue();

            if (!TrySendNow(next.MessageId, next.Request))
            {
                return;     // The connection is closed, which fails the calls.
            }
        }

        Volatile.Write(ref _isAwaited, _waiting.Count > 0);
    }

    /// <summary>Under the lock: one that waits was given up. What nobody waits for must not pile up behind a peer that does not answer.</summary>
    private void Forget()
    {
        if (++_givenUp * 2 <= _waiting.Count)
        {
            return;
        }

        var rest = new Queue<(int MessageId, MprpcWriter Request)>();

        foreach ((int messageId, MprpcWriter request) in _waiting)
        {
            if (_requests.Contains(messageId))
            {
                rest.Enqueue((messageId, request));
            }
            else
            {
                MprpcWriter.Return(request);
            }
        }

        _waiting = rest;
        _givenUp = 0;
    }

    /// <summary>Under the lock.</summary>
    private bool TrySendNow(int messageId, MprpcWriter request)
    {
        int bytes = request.Length;

        // Given up meanwhile: the peer never hears of it.
        if (!_requests.TrySetRequestBytes(messageId, bytes))
        {
            _givenUp -= _givenUp > 0 ? 1 : 0;
            MprpcWriter.Return(request);
            return true;
        }

        _unanswered += bytes;
        return _output.TrySend(request);
    }
}
