namespace Mprpc.Client.Pooling;

/// <summary>How long the next attempt to connect waits: one for an address, however many connections go there.</summary>
/// <param name="options">The delays.</param>
/// <param name="clock">The clock.</param>
/// <param name="hasFullJitter">Whether the whole of a delay is chosen at random, whatever the options say.</param>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class Backoff(MprpcReconnectOptions options, TimeProvider clock, bool hasFullJitter = false)
{
    private readonly Lock _gate = new();
    private int _failures;
    private long _nextAttempt;
    private Exception? _lastFailure;

    /// <summary>
    /// How many attempts have failed in a row; those made side by side count as one. What is counted belongs to an attempt that has begun at this number.
    /// </summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>Why the last attempt has failed; null when there has been none since a connection was made.</summary>
    public Exception? LastFailure => Volatile.Read(ref _lastFailure);

    /// <summary>Whether the last attempt has failed, and the next one is not due yet.</summary>
    public bool IsWaiting => Failures > 0 && clock.GetTimestamp() < Volatile.Read(ref _nextAttempt);

    /// <summary>How long the next attempt waits; zero or less: not at all.</summary>
    public TimeSpan Wait => Failures > 0 ? clock.GetElapsedTime(clock.GetTimestamp(), Volatile.Read(ref _nextAttempt)) : TimeSpan.Zero;

    /// <summary>An attempt has failed, or the connection that it made was of no use.</summary>
    /// <param name="begunAt">What <see cref="Failures"/> was when the attempt began.</param>
    /// <param name="failure">Why, where the attempt itself has failed.</param>
    /// <returns>How long the next attempt waits.</returns>
    public TimeSpan Fail(int begunAt, Exception? failure)
    {
        lock (_gate)
        {
            _lastFailure = failure ?? _lastFailure;

            if (begunAt != _failures)
            {
                return Wait;    // one that began beside it has been counted
            }

            _failures++;
            TimeSpan delay = options.DelayAfter(_failures, hasFullJitter);
            Volatile.Write(ref _nextAttempt, clock.GetTimestamp() + (long)(delay.TotalSeconds * clock.TimestampFrequency));
            return delay;
        }
    }

    /// <summary>A connection was made; whether it is of use, its time will tell.</summary>
    public void Connected() => Volatile.Write(ref _lastFailure, null);

    /// <summary>A connection was of use: the next attempt is made at once.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _failures = 0;
        }
    }
}
