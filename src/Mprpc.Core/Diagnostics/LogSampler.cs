namespace Mprpc.Diagnostics;

/// <summary>Lets so many lines a second through. Safe for concurrent use.</summary>
internal sealed class LogSampler(TimeProvider clock, int linesPerSecond)
{
    // Enough to see who does it, little enough for any log: a hundred bytes a line are a kilobyte a second for each kind.
    public const int LinesPerSecond = 10;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _windowStart;
    private int _taken;
    private long _leftOut;

    /// <summary>Whether a line may be written now.</summary>
    /// <param name="leftOut">How many have not been since the last that was.</param>
    public bool TryTake(out long leftOut)
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();

            if (_taken > 0 && clock.GetElapsedTime(_windowStart, now) >= Window)
            {
                _taken = 0;
            }

            if (_taken == linesPerSecond)
            {
                _leftOut++;
                leftOut = 0;
                return false;
            }

            if (_taken++ == 0)
            {
                _windowStart = now;
            }

            (leftOut, _leftOut) = (_leftOut, 0);
            return true;
        }
    }
}
