using System.Net.Sockets;

namespace Mprpc.Transports.Sockets;

/// <summary>A socket whose events the poller reports.</summary>
internal sealed class PolledSocket
{
    private const uint Finished = Epoll.ReadHangUp | Epoll.HangUp;

    private readonly SocketPoller _poller;
    private uint _events;
    private volatile bool _isReadBeforeSleep;

    /// <summary>Makes a socket one that never blocks. Its events are reported from <see cref="Begin"/> on.</summary>
    public PolledSocket(SocketPoller poller, Socket socket)
    {
        socket.Blocking = false;
        _poller = poller;
        Socket = socket;
        Descriptor = (int)socket.Handle;
        MayEndReadsEarly = socket.AddressFamily == AddressFamily.Unix || SocketFaults.AreOn;
    }

    public Socket Socket { get; }

    public int Descriptor { get; }

    /// <summary>Tells its events from those of a socket that had its descriptor before; given by the poller, 0 before.</summary>
    public ulong Key { get; set; }

    /// <summary>Whether its events are reported, or were.</summary>
    public bool HasBegun => Key != 0;

    /// <summary>Whether no more events are to be reported; set by the poller.</summary>
    public bool IsForgotten { get; set; }

    public Readiness Readable { get; } = new(isReady: false);

    public Readiness Writable { get; } = new(isReady: true);

    /// <summary>Whether the peer's end has been reported. No further event comes for what it has sent before: who reads must not wait for one.</summary>
    public bool PeerHasFinished { get; private set; }

    /// <summary>Whether a read may bring less than there is: where urgent data has come, and on Unix sockets, whose peers may pass descriptors.</summary>
    public bool MayEndReadsEarly { get; private set; }

    /// <summary>Called when the connection has failed, even where nobody reads; on the poller's thread, which it must not hold up.</summary>
    public Action? OnFailed { get; init; }

    /// <summary>Makes a socket one that never blocks, and has its events reported.</summary>
    /// <exception cref="SocketException">The system reports no events of it.</exception>
    public static PolledSocket Create(SocketPoller poller, Socket socket)
    {
        var polled = new PolledSocket(poller, socket);
        poller.Add(polled);
        return polled;
    }

    /// <summary>Has its events reported. Where the system does not, the connection ends, and who reads finds it so.</summary>
    public void Begin()
    {
        if (!TryWithDescriptor(static (poller, socket) => poller.Add(socket)))
        {
            SocketEnd.TryShutdown(Socket, SocketShutdown.Both);
            Readable.Set(onThisThread: false);
        }
    }

    /// <summary>Has what it is ready for reported once more, behind what others are ready for already.</summary>
    public void ReportAgain()
    {
        if (!TryWithDescriptor(static (poller, socket) => poller.ReportAgain(socket)))
        {
            Readable.Set(onThisThread: false);
        }
    }

    /// <summary>Whether the next receive or send is refused, as <see cref="SocketFaults"/> demand, which are on.</summary>
    public bool IsRefused()
    {
        if (!HasBegun || !SocketFaults.Refuses())
        {
            return false;
        }

        // The system reports an event once what it has refused would succeed.
        ReportAgain();
        return true;
    }

    /// <summary>Keeps events until they are handled.</summary>
    /// <returns>Whether there were none: with some, it is in a queue already.</returns>
    public bool Note(uint events) => Interlocked.Or(ref _events, events) == 0;

    /// <summary>Lets those go on who have waited for the events that were noted, on this thread.</summary>
    public void HandleEvents()
    {
        uint events = Interlocked.Exchange(ref _events, 0);

        if ((events & Finished) != 0)
        {
            PeerHasFinished = true;
        }

        if ((events & Epoll.Urgent) != 0)
        {
            MayEndReadsEarly = true;
        }

        if ((events & Epoll.Error) != 0)
        {
            OnFailed?.Invoke();
        }

        bool mayRead = (events & (Epoll.In | Epoll.Urgent | Epoll.Error | Finished)) != 0;

        if ((events & (Epoll.Out | Epoll.Error | Epoll.HangUp)) != 0)
        {
            // Who goes on here may come to user code that waits for what there is to read.
            Writable.Set(onThisThread: !mayRead);
        }

        if (mayRead)
        {
            Readable.Set(onThisThread: true);
        }
    }

    /// <summary>There is more to read; the others' turn comes first.</summary>
    public void ReadLater()
    {
        if (!_poller.TryHandleLater(this, Epoll.In))
        {
            Readable.Set(onThisThread: false);
        }
    }

    /// <summary>
    /// Something may be left to read, of which no event would tell: it is tried once more before the poller sleeps, when that delays no call.
    /// </summary>
    public void ReadBeforeSleep()
    {
        // Still to be tried from an earlier time: that is after what was read now.
        if (_isReadBeforeSleep)
        {
            return;
        }

        _isReadBeforeSleep = true;

        if (!_poller.TryHandleBeforeSleep(this))
        {
            _isReadBeforeSleep = false;
            Readable.Set(onThisThread: false);
        }
    }

    /// <summary>It is tried now.</summary>
    /// <returns>As <see cref="Note"/>.</returns>
    public bool NoteBeforeSleep()
    {
        _isReadBeforeSleep = false;
        return Note(Epoll.In);
    }

    /// <summary>Ends the connection, since code that went on with its events has thrown: whether anything waits for the next ones is not known.</summary>
    public void Fail()
    {
        SocketEnd.TryShutdown(Socket, SocketShutdown.Both);
        Wake();
    }

    /// <summary>Reports no more events. Those who wait go on, and find the socket closed, if that is done next.</summary>
    public void Forget() => _poller.Remove(this);

    /// <summary>Lets those go on who wait, on another thread.</summary>
    public void Wake()
    {
        Readable.Set(onThisThread: false);
        Writable.Set(onThisThread: false);
    }

    /// <summary>Does something with the descriptor, which is no other socket's meanwhile, even if this one is closed.</summary>
    /// <returns>False where it is closed, or the system refuses.</returns>
    private bool TryWithDescriptor(Action<SocketPoller, PolledSocket> action)
    {
        bool isHeld = false;

        try
        {
            Socket.SafeHandle.DangerousAddRef(ref isHeld);
            action(_poller, this);
            return true;
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            return false;
        }
        finally
        {
            if (isHeld)
            {
                Socket.SafeHandle.DangerousRelease();
            }
        }
    }
}
