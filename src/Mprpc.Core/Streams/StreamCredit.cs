using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>How much a stream's consumer still takes: items, and bytes of them. Its sender needs both.</summary>
/// <remarks>The sender takes all that is there at once and counts it down by itself, so that an item costs no lock. Safe for concurrent use.</remarks>
internal sealed class StreamCredit(StreamAllowance initial)
{
    private readonly Lock _gate = new();
    private StreamAllowance _granted = initial;
    private bool _isClosed;

    /// <summary>Set when something was granted, or the stream is no longer wanted.</summary>
    public StreamSignal Changed { get; } = new();

    /// <summary>Whether the consumer wants no more of it.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

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

    /// <summary>The consumer wants no more.</summary>
    public void Close()
    {
        Volatile.Write(ref _isClosed, true);
        Changed.Set();
    }
}
