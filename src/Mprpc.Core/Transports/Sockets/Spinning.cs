using System.Diagnostics;

namespace Mprpc.Transports.Sockets;

/// <summary>
/// Whether to ask again at once for what has not come yet, in place of sleeping until it does: a thread takes longer to fall asleep and to wake than a near
/// peer to answer.
/// </summary>
/// <remarks>
/// It asks on only while what it waited for has come within <see cref="SocketSettings.MaxSpin"/> lately, so that it costs nothing where peers are far away or
/// seldom heard of.
/// </remarks>
internal struct Spinning
{
    private static readonly long s_most = Environment.ProcessorCount == 1 ? 0 : (long)(SocketSettings.MaxSpin.TotalSeconds * Stopwatch.Frequency);

    private long _begun;
    private long _averageWait = s_most * 8;
    private bool _isFirst;

    public Spinning()
    {
    }

    /// <summary>Begins to wait.</summary>
    public void Begin()
    {
        _begun = Stopwatch.GetTimestamp();
        _isFirst = true;
    }

    /// <summary>Whether to ask now; from the second time on, other threads get their turn before.</summary>
    public bool MayGoOn()
    {
        if (_averageWait >= s_most)
        {
            return false;
        }

        if (_isFirst)
        {
            _isFirst = false;
            return true;
        }

        Thread.Yield();
        return Stopwatch.GetTimestamp() - _begun < s_most;
    }

    /// <summary>It has come.</summary>
    public void End()
    {
        // Cut, so that a pause is soon forgotten.
        long waited = Math.Min(Stopwatch.GetTimestamp() - _begun, s_most * 8);
        _averageWait += (waited - _averageWait) / 8;
    }
}
