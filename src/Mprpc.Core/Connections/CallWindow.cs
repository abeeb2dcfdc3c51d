using Mprpc.CompilerServices;

namespace Mprpc.Connections;

/// <summary>
/// Keeps the requests that a peer has not answered below what it can set aside, on connections over which both sides call (docs/protocol.md 6.4).
/// </summary>
/// <remarks>
/// So a peer of ours never has to stop reading, whatever both sides call and answer; calls beyond the window wait here. A call that was given up counts no
/// longer, though its request may still wait at the peer: a peer that never answers must not use the window up. Safe for concurrent use.
/// </remarks>
internal sealed class CallWindow(InFlightRequests requests, MessageOutput output)
{
    /// <summary>What <see cref="PendingCall.RequestBytes"/> is while the request waits for the window.</summary>
    public const int Waiting = -1;

    private readonly Lock _gate = new();
    private readonly Queue<(int MessageId, MprpcWriter Request)> _waiting = new();
    private long _unanswered;

    /// <summary>Sends the request of a call that is in flight, now or when the window has room.</summary>
    /// <returns>False if the connection is closed: nothing was sent.</returns>
    public bool TrySend(int messageId, MprpcWriter request)
    {
        lock (_gate)
        {
            if (output.IsClosed)
            {
                return false;
            }

            if (_waiting.Count == 0 && HasRoomFor(request))
            {
                return TrySendNow(messageId, request);
            }

            _waiting.Enqueue((messageId, request));
            return true;
        }
    }

    /// <summary>A call is answered or given up; others may have room now.</summary>
    public void Release(PendingCall call)
    {
        if (call.RequestBytes <= 0)
        {
            return;
        }

        lock (_gate)
        {
            _unanswered -= call.RequestBytes;

            while (_waiting.TryPeek(out (int MessageId, MprpcWriter Request) next) && HasRoomFor(next.Request))
            {
                _waiting.Dequeue();

                if (!TrySendNow(next.MessageId, next.Request))
                {
                    return;     // The connection is closed, which fails the calls.
                }
            }
        }
    }

    private bool HasRoomFor(MprpcWriter request) => _unanswered == 0 || _unanswered + request.Length <= ParkedRequests.MaxBytesWhileCalling;

    /// <summary>Under the lock.</summary>
    private bool TrySendNow(int messageId, MprpcWriter request)
    {
        int bytes = request.Length;

        // Given up meanwhile: the peer never hears of it.
        if (!requests.TrySetRequestBytes(messageId, bytes))
        {
            MprpcWriter.Return(request);
            return true;
        }

        _unanswered += bytes;
        return output.TrySend(request);
    }
}
