namespace Mprpc.Client.Transports;

/// <summary>How long the calls of a server take: a mean in which what was measured last weighs most. Safe for concurrent use.</summary>
internal sealed class ServerLatency(TimeProvider clock)
{
    private const int CallsAMeasurement = 16;
    private const double LeastWeight = 0.1;
    private const double MemorySeconds = 1;

    private readonly Lock _gate = new();
    private double _seconds;
    private long _measuredAt;       // under the lock
    private int _calls;

    /// <summary>In seconds; zero: nothing has been measured.</summary>
    public double Seconds => Volatile.Read(ref _seconds);

    /// <summary>Whether the call that is about to be sent is measured: the first one, and each sixteenth. One that is missed does not matter.</summary>
    public bool IsNextMeasured() => _calls++ % CallsAMeasurement == 0;

    /// <summary>A call was answered.</summary>
    /// <param name="started">When it was sent, by the clock.</param>
    public void Record(long started)
    {
        long now = clock.GetTimestamp();
        double took = Math.Max(clock.GetElapsedTime(started, now).TotalSeconds, 1e-7);      // zero means unknown

        lock (_gate)
        {
            // The longer ago the last one, the less is known from it.
            double weight = _seconds == 0 ? 1
                : Math.Max(LeastWeight, 1 - Math.Exp(-clock.GetElapsedTime(_measuredAt, now).TotalSeconds / MemorySeconds));
            Volatile.Write(ref _seconds, _seconds + (weight * (took - _seconds)));
            _measuredAt = now;
        }
    }
}
