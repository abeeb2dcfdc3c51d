namespace Mprpc.AspNetCore.Explorer.Live;

/// <summary>How long calls of the last seconds have taken, in steps of nine percent. Not safe for concurrent use.</summary>
internal sealed class LatencyWindow
{
    /// <summary>How many turns are looked at.</summary>
    public const int Turns = 10;

    // From a microsecond to eighteen minutes.
    private const int StepsOfTwice = 8;
    private const int Steps = (30 * StepsOfTwice) + 1;

    private readonly int[][] _turns = [.. Enumerable.Range(0, Turns).Select(_ => new int[Steps])];
    private int _current;

    public void Add(double seconds) => _turns[_current][StepOf(seconds)]++;

    /// <summary>Begins the next turn, and forgets the oldest.</summary>
    public void Turn()
    {
        _current = (_current + 1) % Turns;
        Array.Clear(_turns[_current]);
    }

    /// <summary>The time that so large a share of the calls have not exceeded, in seconds; null: there was none.</summary>
    public double? Percentile(double share)
    {
        long total = _turns.Sum(turn => turn.Sum(static count => (long)count));
        long left = (long)Math.Ceiling(total * share);

        for (int step = 0; step < Steps && total > 0; step++)
        {
            foreach (int[] turn in _turns)
            {
                left -= turn[step];
            }

            if (left <= 0)
            {
                return Math.Pow(2, (step + 0.5) / StepsOfTwice) / 1e6;
            }
        }

        return null;
    }

    private static int StepOf(double seconds)
    {
        double microseconds = seconds * 1e6;
        return microseconds <= 1 ? 0 : Math.Min((int)(Math.Log2(microseconds) * StepsOfTwice), Steps - 1);
    }
}
