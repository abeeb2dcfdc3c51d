using Mprpc.Scheduling;

namespace Mprpc.Transports.Sockets;

/// <content>The threads: one leads, some handle what it has left to them, others are parked.</content>
internal sealed unsafe partial class SocketPoller
{
    private readonly SemaphoreSlim _leadGiven = new(0);
    private int _threads;       // under the lock; without those that are held up
    private int _parked;        // under the lock

    /// <summary>Has another thread lead, unless all threads that there may be have something to do.</summary>
    private bool TryShareLead()
    {
        lock (_gate)
        {
            if (_parked == 0 && _threads >= s_maxThreads)
            {
                return false;
            }

            Baton.Release();
            GiveLead();
            return true;
        }
    }

    /// <summary>Has another thread lead.</summary>
    private void GiveLead()
    {
        lock (_gate)
        {
            if (_parked > 0)
            {
                _parked--;
                _leadGiven.Release();
                return;
            }

            _threads++;
        }

        try
        {
            new Thread(Run) { IsBackground = true, Name = "Mprpc sockets" }.UnsafeStart();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            // The system has no thread left for this process; the pool has some.
            ThreadPool.UnsafeQueueUserWorkItem(static poller => poller.Run(), this, preferLocal: false);
        }
    }

    /// <summary>Waits until it is given the lead.</summary>
    /// <returns>False where there are enough threads without this one.</returns>
    private bool TryPark()
    {
        lock (_gate)
        {
            if (_threads > s_maxThreads)
            {
                _threads--;
                return false;
            }

            _parked++;
        }

        _leadGiven.Wait();
        return true;
    }
}
