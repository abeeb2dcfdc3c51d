namespace Mprpc.Client.Pooling;

/// <summary>
/// Chooses the better of two candidates that are drawn at random: nearly as even as the best of all, without all callers going to the same one at once. Those
/// whose latency is known are compared by what a call is likely to take there: (calls in flight + 1) x latency.
/// </summary>
/// <param name="random">What draws.</param>
internal struct TwoChoices<T>(Random random)
    where T : class
{
    // What has been slow once would never be seen to be fast again: one call of so many goes where chance says, and is timed.
    private const int CallsAProbe = 32;

    private int _count;
    private (T Candidate, int Load, double Latency) _first;
    private (T Candidate, int Load, double Latency) _second;

    /// <summary>Whether the choice was left to chance.</summary>
    public bool IsProbe { get; private set; }

    /// <summary>Adds one that could be chosen.</summary>
    /// <param name="candidate">It.</param>
    /// <param name="load">How many calls are in flight there.</param>
    /// <param name="latency">How long its calls take; zero: not known.</param>
    public void Add(T candidate, int load, double latency)
    {
        int place = _count < 2 ? _count : random.Next(_count + 1);
        _count++;

        if (place == 0)
        {
            _first = (candidate, load, latency);
        }
        else if (place == 1)
        {
            _second = (candidate, load, latency);
        }
    }

    /// <summary>The choice; null: nothing was added.</summary>
    public T? Choose()
    {
        if (_count < 2)
        {
            return _count == 0 ? null : _first.Candidate;
        }

        IsProbe = random.Next(CallsAProbe) == 0;

        // Of equals each is chosen as often: the first place does not count.
        bool prefersFirst = random.Next(2) == 0;
        bool isKnown = _first.Latency > 0 && _second.Latency > 0;
        double first = (_first.Load + 1.0) * (isKnown ? _first.Latency : 1);
        double second = (_second.Load + 1.0) * (isKnown ? _second.Latency : 1);
        bool takesFirst = IsProbe || first.Equals(second) ? prefersFirst : first < second;
        return takesFirst ? _first.Candidate : _second.Candidate;
    }
}
