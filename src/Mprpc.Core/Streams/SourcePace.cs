using System.Diagnostics;

namespace Mprpc.Streams;

/// <summary>Tells a source that yields between its items, and is back at once, from one that is waited for.</summary>
internal struct SourcePace
{
    private const int FastAfter = 16;

    // What another thread of the pool takes to get a flush, and to send it.
    private static readonly long s_short = Stopwatch.Frequency / 50_000;

    // Of 100 us the send takes a few per cent.
    private static readonly long s_betweenSends = Stopwatch.Frequency / 10_000;

    private long _last;
    private long _sent;
    private int _shortWaits;

    /// <summary>Whether the source was back at once, time after time.</summary>
    public readonly bool IsFast => _shortWaits == FastAfter;

    /// <summary>The source was waited for, and is back.</summary>
    /// <returns>Whether it is fast, and what was collected is to be sent now.</returns>
    public bool IsDue()
    {
        long now = Stopwatch.GetTimestamp();
        bool isShort = now - _last <= s_short;
        _last = now;
        _shortWaits = isShort ? Math.Min(_shortWaits + 1, FastAfter) : 0;

        if (!IsFast || now - _sent < s_betweenSends)
        {
            return false;
        }

        _sent = now;
        return true;
    }
}
