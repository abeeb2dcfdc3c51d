using Mprpc.Client.Connections;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Diagnostics;

namespace Mprpc.Client.Pooling;

/// <summary>
/// Calls that wait, first come first served, because each connection has as many as its server takes. One that waits costs no more than one in flight: the same
/// kind of table knows its deadline and its token.
/// </summary>
/// <remarks>Safe for concurrent use. Its lock is taken after the pool's.</remarks>
internal sealed class WaitingRoom
{
    private readonly Lock _gate = new();
    private readonly Stack<WaitingCall> _returned = new();      // before the others: they were on their way already
    private readonly InFlightRequests _calls;
    private readonly TimeProvider _clock;
    private Queue<WaitingCall> _waiting = new();
    private int _givenUp;       // how many of those that wait are late or cancelled

    public WaitingRoom(ClientParts parts)
    {
        _clock = parts.Clock;
        _calls = new InFlightRequests(parts.Clock)
        {
            OnGivenUp = _ => Forget(),
            OnCallbackFailed = exception => ProtocolLog.CallbackThrew(parts.Logger, parts.Address, exception),
        };
    }

    /// <summary>How many wait; of those that were given up, some are counted.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _returned.Count + _waiting.Count;
            }
        }
    }

    /// <summary>Keeps a call until it is taken, cancelled, or its time is up.</summary>
    /// <returns>False if the client was disposed.</returns>
    public bool TryAdd(in WaitingCall call, bool isReturned = false)
    {
        call.Call.RequestBytes = PendingCall.Unsent;

        if (!_calls.TryAdd(call.Call))
        {
            return false;
        }

        call.Call.Watch(call.CancellationToken);        // before another thread can take it

        lock (_gate)
        {
            if (isReturned)
            {
                _returned.Push(call);
            }
            else
            {
                _waiting.Enqueue(call);
            }
        }

        return true;
    }

    /// <summary>Takes the first that nobody has given up. Its time goes on.</summary>
    public bool TryTake(out WaitingCall call)
    {
        while (TryDequeue(out call))
        {
            PendingCall pending = call.Call;

            if (!_calls.Remove(pending))
            {
                MprpcWriter.Return(call.Request);       // cancelled, or late
                continue;
            }

            pending.Unwatch();
            pending.Resume(_clock);
            return true;
        }

        return false;
    }

    /// <summary>Fails those that wait.</summary>
    /// <param name="reason">Makes an exception for each.</param>
    /// <param name="exceptForReady">Whether those stay that wait for the server.</param>
    public void Fail(Func<Exception> reason, bool exceptForReady)
    {
        List<WaitingCall> staying = [];

        while (TryTake(out WaitingCall call))
        {
            if (exceptForReady && call.WaitsForReady)
            {
                staying.Add(call);
                continue;
            }

            MprpcWriter.Return(call.Request);
            call.Call.Fail(reason());
        }

        staying.ForEach(call => TryAdd(call));
    }

    /// <summary>Takes no more.</summary>
    public void Close() => _calls.Close(static _ => ClientParts.DisposedException());

    private bool TryDequeue(out WaitingCall call)
    {
        lock (_gate)
        {
            return _returned.TryPop(out call) || _waiting.TryDequeue(out call);
        }
    }

    /// <summary>One was given up. What nobody waits for must not pile up while no place becomes free.</summary>
    private void Forget()
    {
        lock (_gate)
        {
            if (++_givenUp * 2 <= _waiting.Count)
            {
                return;
            }

            var rest = new Queue<WaitingCall>();

            foreach (WaitingCall call in _waiting)
            {
                if (_calls.Contains(call.Call))
                {
                    rest.Enqueue(call);
                }
                else
                {
                    MprpcWriter.Return(call.Request);
                }
            }

            _waiting = rest;
            _givenUp = 0;
        }
    }
}
