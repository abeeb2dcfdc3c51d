using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mprpc.Scheduling;

namespace Mprpc.Sockets;

/// <summary>Waits for the events of all sockets of the process, and handles them on the thread that has waited: nothing is handed from thread to thread, and while there is
/// much to do no thread sleeps that would have to be woken.</summary>
/// <remarks>
/// One thread leads: it waits for events and handles them. Where more has come than one thread should do alone, it gives the lead to another first; where user code holds it up, the
/// guard does. The lead is a <see cref="Baton"/>, whose entries into user code are the handling of a socket's events.
/// .NET's own sockets hand each event to the thread pool, which costs a call that is alone more than all the rest, and cannot be told not to.
/// </remarks>
internal sealed unsafe class SocketPoller : IStallable
{
    private const int MostEvents = 64;
    private const uint Events = Epoll.In | Epoll.Out | Epoll.ReadHangUp | Epoll.EdgeTriggered;

    // Besides those that are held up in user code.
    private static readonly int s_mostThreads = Math.Max(2, Environment.ProcessorCount);

    // 500 us. Another thread takes a few microseconds to wake, and more of the processor; meanwhile nothing is lost but that time.
    private static readonly long s_worthSharing = Stopwatch.Frequency / 2000;

    // So that one call that blocks is forgotten after a few dozen that do not.
    private static readonly long s_mostCost = 20 * s_worthSharing;

    private readonly int _epoll;
    private readonly StallGuard _guard;
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<PolledSocket> _ready = new();
    private readonly SemaphoreSlim _leadGiven = new(0);
    private PolledSocket?[] _sockets = new PolledSocket?[256];      // by descriptor
    private uint _added;        // under the lock
    private int _threads;       // under the lock; without those that are held up
    private int _parked;        // under the lock
    private Spinning _spinning = new();
    private long _averageCost;  // of handling a socket's events; a lost update does no harm

    // What this thread led last, and as which holder.
    [ThreadStatic]
    private static SocketPoller? t_led;

    [ThreadStatic]
    private static int t_holder;

    private SocketPoller(int epoll)
    {
        _epoll = epoll;
        _guard = new StallGuard(this);
        GiveLead();
    }

    /// <summary>The poller of the process; null where the system has no epoll, or <see cref="SocketSettings.UsePoller"/> is off.</summary>
    public static SocketPoller? Shared { get; } = SocketSettings.UsePoller ? TryCreate() : null;

    /// <summary>The lead.</summary>
    public Baton Baton { get; } = new();

    public bool IsBusy { get; private set; }

    /// <returns>A poller with a thread that never ends, or null where the system has no epoll.</returns>
    public static SocketPoller? TryCreate()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            int epoll = Epoll.Create();
            return epoll < 0 ? null : new SocketPoller(epoll);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;        // a C library of another kind
        }
    }

    /// <summary>Reports a socket's events from now on, beginning with what it is ready for.</summary>
    /// <exception cref="SocketException">The system does not take it.</exception>
    public void Add(PolledSocket socket)
    {
        lock (_gate)
        {
            if (socket.Descriptor >= _sockets.Length)
            {
                Array.Resize(ref _sockets, Math.Max(_sockets.Length * 2, socket.Descriptor + 1));
            }

            socket.Key = ((ulong)++_added << 32) | (uint)socket.Descriptor;
            _sockets[socket.Descriptor] = socket;
        }

        if (!Epoll.TryAdd(_epoll, socket.Descriptor, socket.Key, Events))
        {
            SocketException failure = Failure();
            Remove(socket);
            throw failure;
        }
    }

    /// <summary>Reports what a socket is ready for once more, behind what others are ready for already.</summary>
    /// <exception cref="SocketException">The system does not.</exception>
    public void ReportAgain(PolledSocket socket)
    {
        if (!Epoll.TryModify(_epoll, socket.Descriptor, socket.Key, Events))
        {
            throw Failure();
        }
    }

    /// <summary>Reports no more events of a socket; to be called before it is closed. The system itself forgets it then.</summary>
    public void Remove(PolledSocket socket)
    {
        lock (_gate)
        {
            // The descriptor may be another socket's by now.
            if (socket.HasBegun && _sockets[socket.Descriptor] == socket)
            {
                _sockets[socket.Descriptor] = null;
            }
        }
    }

    /// <summary>Handles events when those of the other sockets have been, which are ready already.</summary>
    /// <returns>False where the thread does not lead, and cannot rely on it that somebody looks: the one who leads may be asleep, and this thread may come to user code and stay there.</returns>
    public bool TryHandleLater(PolledSocket socket, uint events)
    {
        if (!ThisThreadLeads)
        {
            return false;
        }

        socket.Note(events);
        _ready.Enqueue(socket);

        // Who has taken the lead before this has perhaps looked before, too.
        Interlocked.MemoryBarrier();
        return ThisThreadLeads;
    }

    public void TakeOver(long entry)
    {
        if (Baton.TryTake(entry, out _))
        {
            lock (_gate)
            {
                _threads--;
            }

            GiveLead();
        }
    }

    private static SocketException Failure() => new((int)SocketError.NoBufferSpaceAvailable, $"epoll_ctl failed with error {Marshal.GetLastPInvokeError()}.");

    private bool ThisThreadLeads => t_led == this && Baton.IsHeldBy(t_holder);

    private void Run()
    {
        byte* events = stackalloc byte[MostEvents * Epoll.EventSize];

        do
        {
            Lead(events);

            // The lead is another's now: what it has left is done by both.
            while (_ready.TryDequeue(out PolledSocket? socket))
            {
                Handle(socket);
            }
        }
        while (TryPark());
    }

    /// <summary>Waits for events and handles them, until the lead is gone.</summary>
    private void Lead(byte* events)
    {
        t_led = this;
        t_holder = Baton.Holder;

        while (true)
        {
            if (!_ready.TryDequeue(out PolledSocket? socket))
            {
                IsBusy = false;
                Poll(events);
                _guard.Watch();
                continue;
            }

            if ((_ready.Count + 1) * _averageCost > s_worthSharing && TryShareLead())
            {
                Handle(socket);
                return;
            }

            long entry = Baton.Enter(occupant: null);
            Handle(socket);

            if (!Baton.TryLeave(entry))
            {
                lock (_gate)
                {
                    _threads++;
                }

                return;
            }
        }
    }

    /// <summary>Handles a socket's events, and notes what that costs; whoever does it, or the lead would be shared for ever after once it was worth it.</summary>
    private void Handle(PolledSocket socket)
    {
        long begun = Stopwatch.GetTimestamp();
        socket.HandleEvents();
        long cost = Math.Min(Stopwatch.GetTimestamp() - begun, s_mostCost);
        _averageCost += (cost - _averageCost) / 8;
    }

    /// <summary>Waits until something is ready.</summary>
    private void Poll(byte* events)
    {
        int count = 0;
        _spinning.Begin();

        while (count == 0 && _spinning.MayGoOn())
        {
            count = Epoll.Wait(_epoll, events, MostEvents, milliseconds: 0);
        }

        if (count == 0)
        {
            count = Epoll.Wait(_epoll, events, MostEvents, Timeout.Infinite);
        }

        _spinning.End();
        IsBusy = true;      // what is done to a socket below is also the fence between this and the guard's check of it
        PolledSocket?[] sockets = Volatile.Read(ref _sockets);

        for (int i = 0; i < count; i++)
        {
            (ulong key, uint mask) = Epoll.Read(events, i);

            // Else it was closed meanwhile, and its descriptor may be another's.
            if (sockets[(uint)key] is { } socket && socket.Key == key)
            {
                socket.Note(mask);
                _ready.Enqueue(socket);
            }
        }
    }

    /// <summary>Has another thread lead, unless all threads that there may be have something to do.</summary>
    private bool TryShareLead()
    {
        lock (_gate)
        {
            if (_parked == 0 && _threads >= s_mostThreads)
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
            if (_threads > s_mostThreads)
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
