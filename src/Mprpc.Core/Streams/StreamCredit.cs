using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>How much a stream's consumer still takes: items, and bytes of them. Its sender needs both.</summary>
/// <remarks>The sender takes all that is there at once and counts it down by itself, so that an item costs no lock. Safe for concurrent use.</remarks>
internal sealed class StreamCredit(StreamAllowance initial)
{
    private const int Idle = 0;
    private const int Sending = 1;
    private const int Ended = 2;

    private readonly Lock _gate = new();
    private StreamAllowance _granted = initial;
    private bool _isClosed;
    private bool _isLast;
    private int _state;
    private Action? _afterLast;     // set before the state
    private Action? _whenClosed;

    /// <summary>Set when something was granted, or the stream is no longer wanted.</summary>
    public StreamSignal Changed { get; } = new();

    /// <summary>Whether the consumer wants no more of it.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Whether nothing more can be granted: the consumer says nothing any more.</summary>
    public bool IsLast => Volatile.Read(ref _isLast);

    /// <summary>The consumer takes more.</summary>
    public void Grant(in StreamAllowance more)
    {
        lock (_gate)
        {
            _granted.Add(more);
        }

        Changed.Set();
    }

    /// <summary>Gives the sender what was granted since it last asked.</summary>
    public void MoveTo(ref StreamAllowance allowance)
    {
        lock (_gate)
        {
            allowance.Add(_granted);
            _granted = default;
        }
    }

    /// <summary>Sends items; for one thread at a time.</summary>
    /// <returns>False if the connection is closed, or nothing more of the stream may be sent.</returns>
    public bool TrySend(IStreamConnection connection, MprpcWriter message)
    {
        if (Interlocked.CompareExchange(ref _state, Sending, Idle) != Idle)
        {
            return false;
        }

        bool isSent = connection.TrySendItems(message);

        if (Interlocked.CompareExchange(ref _state, Idle, Sending) != Sending)
        {
            _afterLast!();
        }

        return isSent;
    }

    /// <summary>The stream's call is answered before the stream has ended: nothing of it goes out behind the answer. To be called once.</summary>
    /// <param name="answer">Sends the answer, now or when what is being sent is sent.</param>
    public void End(Action answer)
    {
        _afterLast = answer;
        Close();

        if (Interlocked.Exchange(ref _state, Ended) == Idle)
        {
            answer();
        }
    }

    /// <summary>What to do when the consumer wants no more; at once if that is so already. To be set once.</summary>
    public void WhenClosed(Action callback)
    {
        Volatile.Write(ref _whenClosed, callback);
        Interlocked.MemoryBarrier();    // with that of Close: either this sees that it is closed, or that sees the callback

        if (IsClosed)
        {
            Interlocked.Exchange(ref _whenClosed, null)?.Invoke();
        }
    }

    /// <summary>The consumer wants no more.</summary>
    public void Close()
    {
        Volatile.Write(ref _isClosed, true);
        Interlocked.MemoryBarrier();
        Changed.Set();
        Interlocked.Exchange(ref _whenClosed, null)?.Invoke();
    }

    /// <summary>The consumer says nothing any more: what it takes is what it has said.</summary>
    public void EndGrants()
    {
        Volatile.Write(ref _isLast, true);
        Changed.Set();
    }
}
