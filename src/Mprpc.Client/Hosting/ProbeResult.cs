namespace Mprpc.Client.Hosting;

/// <summary>What a look at the server has shown.</summary>
internal readonly record struct ProbeResult
{
    /// <summary>How many connections were asked for a sign of life.</summary>
    public int Asked { get; init; }

    /// <summary>How many of them have given it; of plain servers, how many are there.</summary>
    public int Answered { get; init; }

    /// <summary>How many have answered that the server stops.</summary>
    public int Leaving { get; init; }

    /// <summary>When the next attempt to connect is due, if the last one has failed; null: none has been waited for.</summary>
    public TimeSpan? NextAttempt { get; init; }

    /// <summary>Why one has not answered, or could not be connected; null: there was no reason.</summary>
    public Exception? Failure { get; init; }
}
