using System.Diagnostics;

namespace Mprpc.Comparison.Load;

/// <summary>One window of load: when it ends, and what it cost. Latencies are sampled, so that the clock costs little beside the call.</summary>
internal sealed class LoadWindow
{
    private readonly LatencyHistogram _latencies;
    private readonly ProcessUsage _usageAtStart;
    private readonly long _start;
    private readonly long _end;
    private long _stoppedAt;
    private volatile bool _isOver;

    public LoadWindow(TimeSpan length, LatencyHistogram latencies)
    {
        _latencies = latencies;
        _latencies.Clear();
        _usageAtStart = ProcessUsage.Now();
        _start = Stopwatch.GetTimestamp();
        _end = _start + (long)(length.TotalSeconds * Stopwatch.Frequency);
    }

    public bool IsOver => _isOver;

    /// <summary>Records a call that was sent at <paramref name="sentAt"/> and has just been answered; ends the window when its time has come.</summary>
    public void Record(long sentAt)
    {
        long now = Stopwatch.GetTimestamp();
        _latencies.Record(now - sentAt);
        if (now >= _end)
        {
            _isOver = true;
        }
    }

    /// <summary>Ends the window early: a call failed.</summary>
    public void Abort() => _isOver = true;

    /// <summary>Ends the window because its time has come: what was counted until now is its result, however long it takes to end.</summary>
    public void Stop()
    {
        _stoppedAt = Stopwatch.GetTimestamp();
        _isOver = true;
    }

    /// <summary>Records a time that was measured otherwise.</summary>
    public void RecordTicks(long ticks) => _latencies.Record(ticks);

    public WindowReport Close(long calls, bool isUntilStopped = false)
    {
        double seconds = Stopwatch.GetElapsedTime(_start, isUntilStopped && _stoppedAt != 0 ? _stoppedAt : Stopwatch.GetTimestamp()).TotalSeconds;
        ProcessUsage usage = ProcessUsage.Now();
        return new WindowReport(
            calls,
            seconds,
            usage.CpuMicroseconds - _usageAtStart.CpuMicroseconds,
            usage.AllocatedBytes - _usageAtStart.AllocatedBytes,
            _latencies.Percentile(0.50),
            _latencies.Percentile(0.99));
    }
}
