using Mprpc.Client.Connections;
using Mprpc.Connections;

namespace Mprpc.Client.Pooling;

/// <content>Those who wait for a place on a connection.</content>
internal sealed partial class ConnectionPool
{
    private readonly LinkedList<Waiter> _waiters = [];      // under the lock
    private bool _isAwaited;        // written under the lock

    /// <summary>Waits for a place on a connection, dialled where there is none; to be given back with <see cref="Release"/>.</summary>
    /// <param name="isServing">Whether a call of the server's waits for this one: then it has a place of its own, or both would wait for each other.</param>
    /// <param name="lost">The place that the caller has had and gives back, whose connection was lost before it could be used: its turn stays the first. Null
    /// for a new caller.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public async ValueTask<Subchannel> AcquireAsync(bool isServing, Subchannel? lost, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> waiter;

        lock (_gate)
        {
            lost?.Unreserve();

            if (_isClosed)
            {
                throw ClientParts.DisposedException();
            }

            bool isFirst = isServing || lost is not null || !_isAwaited;

            if (isFirst && TryTake(isServing ? int.MaxValue : _limit) is { } subchannel)
            {
                Grow();     // the place that was given back is to be dialled for others
                return subchannel;
            }

            waiter = lost is null ? _waiters.AddLast(new Waiter()) : _waiters.AddFirst(new Waiter());
            KeepOrder();
            Interlocked.MemoryBarrier();    // either this sees that a call has left its connection, or that sees this one wait
            HandOut();
            Grow();
        }

        SendWaiting();

        try
        {
            return await waiter.Value.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (TryGiveUp(waiter))
        {
            throw;
        }
        catch (OperationCanceledException) when (waiter.Value.Task.IsCompletedSuccessfully)
        {
            Release(await waiter.Value.Task.ConfigureAwait(false));
            throw;
        }
    }

    /// <summary>Gives a place back: after the call that had it, or once that is sent.</summary>
    public void Release(Subchannel subchannel)
    {
        subchannel.Unreserve();

        if (_isLimited)
        {
            OnChanged();
        }
        else
        {
            OnLeft();
        }
    }

    /// <summary>A place has been given back, or a connection is there or gone: those who wait may go on, or something is to be dialled for them.</summary>
    public void OnChanged()
    {
        lock (_gate)
        {
            HandOut();
            Grow();
            KeepUp();
        }

        SendWaiting();
    }

    /// <summary>A call has left its connection, of which the server takes no more than so many: one that waits may have its place.</summary>
    public void OnLeft()
    {
        if (IsAwaited)
        {
            OnChanged();
        }
    }

    /// <summary>Why a call has not been sent in its time.</summary>
    public string DescribeWait()
        => IsConnected || (!IsConnecting && Backoff.LastFailure is null) ? $"no connection to {_address} had a place for it. {Remedy()}"
            : Backoff.LastFailure is { } failure ? $"there is no connection to {_address}, and the last attempt to make one failed: {failure.Message}"
            : $"{_address} has not answered the attempt to connect. Is it reachable? Raise the timeout if it is only slow.";

    private string Remedy()
        => Connected().Select(connection => connection.Requests.Limit).Where(limit => limit < _limit).DefaultIfEmpty(0).Min() is > 0 and var calls
            ? $"The server takes {calls:N0} calls at once on each. Raise the timeout, MprpcClientOptions.MaxConnections, or the server's limit "
                + "(MaxCallsInFlightPerConnection)."
            : "Raise the timeout, MprpcClientOptions.MaxConnections or MaxInFlightPerConnection.";

    /// <summary>Under the lock: gives the places that are there to those who wait, in their order.</summary>
    private void HandOut()
    {
        while (_waiters.First is { } first && TryTake(_limit) is { } subchannel)
        {
            _waiters.RemoveFirst();
            first.Value.SetResult(subchannel);
        }

        KeepOrder();
    }

    /// <summary>Under the lock: while some wait, no call goes past them, and each connection tells when one of its calls has left.</summary>
    private void KeepOrder()
    {
        bool isAwaited = _waiters.Count > 0 || _room.Count > 0;
        Volatile.Write(ref _isAwaited, isAwaited);

        if (!isAwaited)
        {
            return;
        }

        foreach (Subchannel subchannel in _subchannels)
        {
            if (subchannel.Current is { Requests: { IsLimited: true } requests })
            {
                requests.WatchPlaces();
            }
        }
    }

    private bool TryGiveUp(LinkedListNode<Waiter> waiter)
    {
        lock (_gate)
        {
            if (waiter.List is null)
            {
                return false;
            }

            _waiters.Remove(waiter);
            KeepOrder();
            return true;
        }
    }

    /// <summary>Under the lock.</summary>
    private void FailWaiters(Exception exception)
    {
        // Each has its own: one that several threads throw would mix up their stack traces.
        foreach (Waiter waiter in _waiters)
        {
            waiter.Fail(Again(exception));
        }

        _waiters.Clear();
        _room.Fail(
            () => Again(exception),
            exceptForReady: exception is MprpcConnectionException { IsLasting: false });
        KeepOrder();
    }

    private static Exception Again(Exception exception)
        => exception is MprpcConnectionException lost
            ? new MprpcConnectionException(lost.Message, lost.RequestWasSent, lost.InnerException) { IsLasting = lost.IsLasting }
            : exception;
}
