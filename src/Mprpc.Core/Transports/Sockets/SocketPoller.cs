using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mprpc.Scheduling;

namespace Mprpc.Transports.Sockets;

/// <summary>Waits for the events of all sockets of the process, and handles them on the thread that has waited: nothing is handed from thread to thread, and
/// while there is much to do no thread sleeps that would have to be woken.</summary>
/// <remarks>
/// One thread leads: it waits for events and handles them. Where more has come than one thread should do alone, it gives the lead to another first; where user
/// code holds it up, the guard does. The lead is a <see cref="Baton"/>, whose entries into user code are the handling of a socket's events. .NET's own sockets
/// hand each event to the thread pool, which costs a call that is alone more than all the rest, and cannot be told not to.
/// </remarks>
internal sealed unsafe partial class SocketPoller : IStallable
{
    private const int MaxEvents = 64;
    private const uint Events = Epoll.In | Epoll.Urgent | Epoll.Out | Epoll.ReadHangUp | Epoll.EdgeTriggered;

    // Besides those that are held up in user code.
    private static readonly int s_maxThreads = Math.Max(2, Environment.ProcessorCount);

    // 500 us. Another thread takes a few microseconds to wake, and more of the processor; meanwhile nothing is lost but that time.
    private static readonly long s_worthSharing = Stopwatch.Frequency / 2000;

    // So that one call that blocks is forgotten after a few dozen that do not.
    private static readonly long s_maxCost = 20 * s_worthSharing;

    // 10 ms. How long those that are perhaps ready wait while the poller does not come to sleep.
    private static readonly long s_maxBeforeSleep = Stopwatch.Frequency / 100;

    private readonly int _epoll;
    private readonly StallGuard _guard;
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<PolledSocket> _ready = new();
    private readonly ConcurrentQueue<PolledSocket> _later = new();          // ready too, but those that are ready anew have their turn first
    private readonly ConcurrentQueue<PolledSocket> _beforeSleep = new();    // perhaps ready
    private PolledSocket?[] _sockets = new PolledSocket?[256];      // by descriptor
    private uint _added;        // under the lock
    private Spinning _spinning = new();
    private long _averageCost;  // of handling a socket's events; a lost update does no harm
    private volatile bool _isBusy;
    private bool _waitGoesOn;   // after those perhaps ready were tried
    private long _lastHandled;
    private long _lastTried;    // those perhaps ready

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

    public bool IsBusy => _isBusy;

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
    /// <exception cref="ObjectDisposedException">It is forgotten.</exception>
    public void Add(PolledSocket socket)
    {
        lock (_gate)
        {
            // Closed at the same time: its descriptor's place belongs to the next socket that has it.
            ObjectDisposedException.ThrowIf(socket.IsForgotten, socket);

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

    /// <summary>Whether a socket's events are reported.</summary>
    public bool Reports(PolledSocket socket)
    {
        lock (_gate)
        {
            return socket.HasBegun && _sockets[socket.Descriptor] == socket;
        }
    }

    /// <summary>Reports no more events of a socket; to be called before it is closed. The system itself forgets it then.</summary>
    public void Remove(PolledSocket socket)
    {
        lock (_gate)
        {
            socket.IsForgotten = true;

            // The descriptor may be another socket's by now.
            if (socket.HasBegun && _sockets[socket.Descriptor] == socket)
            {
                _sockets[socket.Descriptor] = null;
            }
        }
    }

    /// <summary>Handles events when those of the other sockets have been, which are ready already.</summary>
    /// <returns>False if this thread does not lead: the leader may be blocked in epoll_wait, and nothing would look into the queue.</returns>
    public bool TryHandleLater(PolledSocket socket, uint events)
    {
        if (!ThisThreadLeads)
        {
            return false;
        }

        if (!socket.Note(events))
        {
            return true;
        }

        _later.Enqueue(socket);

        // A thread that has taken the lead before this has perhaps looked before, too.
        Interlocked.MemoryBarrier();
        return ThisThreadLeads;
    }

    /// <summary>Handles a socket that is perhaps ready to be read before the leader sleeps, or in ten milliseconds.</summary>
    /// <returns>False if the leader may be asleep.</returns>
    public bool TryHandleBeforeSleep(PolledSocket socket)
    {
        if (!_isBusy)
        {
            return false;
        }

        _beforeSleep.Enqueue(socket);

        // Still seen busy after that, whichever thread leads by now: it has not looked into the queue for the last time.
        Interlocked.MemoryBarrier();
        return _isBusy;
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
        byte* events = stackalloc byte[MaxEvents * Epoll.EventSize];
        var own = AmbientState.Capture();

        do
        {
            Lead(events, own);

            // The lead is another's now: what it has left is done by both.
            while (_ready.TryDequeue(out PolledSocket? socket))
            {
                Handle(socket, own);
            }
        }
        while (TryPark());
    }

    /// <summary>Waits for events and handles them, until the lead is gone.</summary>
    private void Lead(byte* events, AmbientState own)
    {
        t_led = this;
        t_holder = Baton.Holder;

        // For events, since a socket was handled that had waited for its turn: sockets that always have more to read would keep all others from being seen.
        bool hasAsked = false;

        while (true)
        {
            if (!_ready.TryDequeue(out PolledSocket? socket))
            {
                if (!hasAsked || !_later.TryDequeue(out socket))
                {
                    Poll(events);
                    _guard.Watch();
                    hasAsked = true;
                    continue;
                }

                hasAsked = false;
            }

            if ((_ready.Count + _later.Count + 1) * _averageCost > s_worthSharing && TryShareLead())
            {
                Handle(socket, own);
                return;
            }

            long entry = Baton.Enter(occupant: null);
            Handle(socket, own);

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

    /// <summary>
    /// Handles a socket's events, and notes what that costs; whoever does it, or the lead would be shared for ever after once it was worth it.
    /// </summary>
    private void Handle(PolledSocket socket, AmbientState own)
    {
        long begun = Stopwatch.GetTimestamp();

        try
        {
            socket.HandleEvents();
        }
        catch (Exception)
        {
            // Of a raw continuation, say. It ends its own connection; all others need this thread.
            socket.Fail();
        }

        own.Restore();
        long now = _lastHandled = Stopwatch.GetTimestamp();
        long cost = Math.Min(now - begun, s_maxCost);
        _averageCost += (cost - _averageCost) / 8;
    }

    /// <summary>Asks what is ready, and waits until something is if nothing is known to be.</summary>
    private void Poll(byte* events)
    {
        if (!_later.IsEmpty)
        {
            Take(events, Epoll.Wait(_epoll, events, MaxEvents, milliseconds: 0));
            return;
        }

        _isBusy = false;
        int count = _waitGoesOn ? 0 : Spin(events);

        if (count == 0)
        {
            Interlocked.MemoryBarrier();    // what a thread has put into the queue that saw this one busy is seen here
            _waitGoesOn = TryBeforeSleep();
            count = _waitGoesOn ? 0 : Epoll.Wait(_epoll, events, MaxEvents, Timeout.Infinite);
        }

        _isBusy = true;

        if (_waitGoesOn)
        {
            Interlocked.MemoryBarrier();    // between this and the guard's check of it
            return;
        }

        _spinning.End();
        Take(events, count);    // what is done to a socket there is the same fence
    }

    private int Spin(byte* events)
    {
        int count = 0;
        _spinning.Begin();

        while (count == 0 && _spinning.MayGoOn())
        {
            count = Epoll.Wait(_epoll, events, MaxEvents, milliseconds: 0);
        }

        return count;
    }

    /// <summary>Puts the sockets that are perhaps ready in the queue.</summary>
    /// <returns>Whether there are any.</returns>
    private bool TryBeforeSleep()
    {
        bool isAny = false;

        while (_beforeSleep.TryDequeue(out PolledSocket? socket))
        {
            isAny = true;

            if (socket.NoteBeforeSleep())
            {
                _ready.Enqueue(socket);
            }
        }

        _lastTried = _lastHandled;
        return isAny;
    }

    private void Take(byte* events, int count)
    {
        if (_lastHandled - _lastTried > s_maxBeforeSleep)
        {
            TryBeforeSleep();
        }

        PolledSocket?[] sockets = Volatile.Read(ref _sockets);

        for (int i = 0; i < count; i++)
        {
            (ulong key, uint mask) = Epoll.Read(events, i);

            // Else it was closed meanwhile, and its descriptor may be another's.
            if (sockets[(uint)key] is { } socket && socket.Key == key && socket.Note(mask))
            {
                _ready.Enqueue(socket);
            }
        }
    }
}
