using Mprpc.Client.Diagnostics;
using Mprpc.Connections;

namespace Mprpc.Client.Connections;

/// <content>How connections end: retired, closed by the peer, or aborted.</content>
internal sealed partial class Subchannel
{
    private void OnGivenUp(OpenConnection made)
    {
        made.OnGivenUp();

        if (parts.Options.MaxInFlightPerConnection == 1 && made.Connection.Peer is null)
        {
            // The late answer would come before, or in place of, that of the next call; which must not come upon this connection.
            Forget(made, isLost: false);
            made.Connection.Abort();
        }
    }

    private void OnClosed(OpenConnection made)
    {
        Forget(made, isLost: true);
        parts.OnStateChanged();
    }

    /// <summary>The connection is closed at once: out of the pool first, whoever closes it, since what is called over it from here on would be lost.</summary>
    private void OnAborted(OpenConnection made)
    {
        Forget(made, isLost: true);
        made.CloseTransport();
        ThreadPool.UnsafeQueueUserWorkItem(static parts => parts.OnStateChanged(), parts, preferLocal: false);      // whoever closes it may hold a lock
    }

    /// <summary>Takes no more calls over a connection that is lost, before its calls are told: a caller that calls again gets another.</summary>
    private void Forget(OpenConnection made, bool isLost)
    {
        lock (_gate)
        {
            // Both in one: a connection that has just logged in is published only while it is open.
            if (!_open.Remove(made))
            {
                return;
            }

            Interlocked.CompareExchange(ref _current, null, made.Connection);

            if (_currentOpen == made)
            {
                CountEnd(made, isLost);
                _currentOpen = null;
            }
        }

        pool.OnClosed();
    }

    /// <summary>
    /// Under the lock, of a connection that was published: tells whether it was of use. Of others the attempt has failed, which is counted there.
    /// </summary>
    private void CountEnd(OpenConnection made, bool isLost)
    {
        if (made.Connection.HasReceived)
        {
            parts.Dialer.OnHeard(made.Transport);
        }

        if (isLost)
        {
            parts.Dialer.OnLost(made.Transport, made.Connection.HasReceived);
        }

        if (isLost && !made.Connection.HasReceived)
        {
            parts.Negotiation.OnUnheard();
        }

        // Long enough without a byte does as well: there are clients that only notify.
        if (made.Connection.HasReceived || parts.Clock.GetElapsedTime(made.MadeAt) > parts.Options.Reconnect.MaxDelay)
        {
            pool.Backoff.Reset();
        }
        else if (isLost && !parts.Dialer.IsSpent)
        {
            // Accepted and closed, as by a proxy whose server is down: no better than not connected.
            pool.Backoff.Fail(made.FailuresBefore, failure: null);
        }
    }

    /// <summary>Takes no more calls over a connection to a server that is not listed any more.</summary>
    public void TryRetireGone()
    {
        bool isGone;

        lock (_gate)
        {
            isGone = _currentOpen?.Transport.Server is { IsGone: true };
        }

        if (isGone)
        {
            TryRetire();
        }
    }

    private bool Retire(RpcConnection connection)
    {
        lock (_gate)
        {
            if (Interlocked.CompareExchange(ref _current, null, connection) != connection)
            {
                return false;
            }

            _currentOpen = null;
        }

        ClientLog.ConnectionRetired(parts.Logger, connection.Id);
        connection.Requests.WhenEmpty(connection.Stop);
        return true;
    }
}
