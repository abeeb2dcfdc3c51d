namespace Mprpc.Client.Sending;

/// <summary>
/// How many calls a client may make again: a fifth of those that are answered, and ten beside. What fails for all callers at once, as an overloaded service
/// does, is not made worse by them. As gRPC's retry throttling: a bucket of tokens. Safe for concurrent use.
/// </summary>
internal sealed class RepetitionBudget
{
    private const int CallsARepetition = 5;
    private const int MostRepetitions = 10;

    private int _calls = CallsARepetition * MostRepetitions;

    /// <summary>A call was answered.</summary>
    public void OnAnswered()
    {
        // Most of the time it is full. A little too much, where several find it not full, does not matter.
        if (Volatile.Read(ref _calls) < CallsARepetition * MostRepetitions)
        {
            Interlocked.Increment(ref _calls);
        }
    }

    /// <returns>Whether one more call may be made again; then it has been counted.</returns>
    public bool TryTake()
    {
        if (Interlocked.Add(ref _calls, -CallsARepetition) >= 0)
        {
            return true;
        }

        Interlocked.Add(ref _calls, CallsARepetition);
        return false;
    }
}
