namespace Mprpc.Client.Transports;

/// <summary>A server that a client knows, and what is known against it. Changed under the lock of its list.</summary>
/// <param name="address">Where it is.</param>
/// <param name="dialer">Connects to it.</param>
/// <param name="clock">The client's clock.</param>
internal sealed class ListedServer(ServerAddress address, Dialer dialer, TimeProvider clock)
{
    public ServerAddress Address => address;

    public Dialer Dialer => dialer;

    /// <summary>How long its calls take. Changed without the lock.</summary>
    public ServerLatency Latency { get; } = new(clock);

    /// <summary>How often in a row it was of no use: not reached, or lost before it had sent anything.</summary>
    public int Failures { get; set; }

    /// <summary>How many connections there are to it, those in the making included.</summary>
    public int Connections { get; set; }

    /// <summary>When it was last of no use, by the clock.</summary>
    public long AvoidedAt { get; set; }

    /// <summary>For how long others are tried before it since then.</summary>
    public TimeSpan AvoidedFor { get; set; }

    /// <summary>Whether its source does not list it any more.</summary>
    public bool IsGone { get; set; }
}
