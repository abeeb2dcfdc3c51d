namespace Mprpc.Client;

/// <summary>How long a client waits between attempts to connect. The first attempt after a loss is made at once; only failed attempts are followed by a delay,
/// and connections that the server closed within <see cref="MaxDelay"/> and before it had sent anything, as a proxy does whose server is down.</summary>
/// <remarks>A call that comes meanwhile waits for the next attempt, within its own timeout.</remarks>
public sealed class MprpcReconnectOptions
{
    /// <summary>The delay after the first failed attempt; each further failure doubles it. Default 100 ms. Zero: no delay.</summary>
    public TimeSpan InitialDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest delay. Default 5 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Which part of a delay is chosen at random, from 0 (none) to 1, so that the clients of a server that comes back do not all come at once. Default 0.3.
    /// Of no effect for a client that knows several servers: if none of them can be reached, the whole delay is chosen at random.
    /// </summary>
    public double Jitter { get; set; } = 0.3;

    /// <summary>
    /// Whether the client makes another connection by itself after a loss, with these delays, in place of waiting for the next call: so that the server can
    /// go on to call it. Only after its first connection. Null, the default: as long as the server can call any method of it.
    /// </summary>
    public bool? KeepConnected { get; set; }

    internal MprpcReconnectOptions Clone() => (MprpcReconnectOptions)MemberwiseClone();

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    internal void Check()
    {
        CheckDelay(InitialDelay, nameof(InitialDelay));
        CheckDelay(MaxDelay, nameof(MaxDelay));

        if (Jitter is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Jitter), Jitter, $"MprpcClientOptions.Reconnect.{nameof(Jitter)} is {Jitter}; allowed is 0 (none) to 1.");
        }
    }

    internal TimeSpan DelayAfter(int failures, bool hasFullJitter = false)
    {
        double delay = Math.Min(MaxDelay.TotalMilliseconds, InitialDelay.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 30) - 1));
        return TimeSpan.FromMilliseconds(delay * (1 - ((hasFullJitter ? 1 : Jitter) * Random.Shared.NextDouble())));
    }

    private static void CheckDelay(TimeSpan delay, string option)
    {
        if (delay < TimeSpan.Zero || delay > MprpcCallOptions.LongestTimeout)
        {
            throw new ArgumentOutOfRangeException(option, delay, $"MprpcClientOptions.Reconnect.{option} is {delay}; allowed is zero to 49 days.");
        }
    }
}
