namespace Mprpc.Conformance.Client;

/// <summary>The client options that a case needs. There is always at most one connection.</summary>
public sealed record ClientProfile
{
    /// <summary>All defaults.</summary>
    public static ClientProfile Default { get; } = new();

    /// <summary>Emits only fixraw, raw16 and raw32.</summary>
    public bool OldSpec { get; init; }

    /// <summary>Whether it says <c>$/hello</c> first.</summary>
    public bool Extensions { get; init; }

    /// <summary>Requests without an answer on a connection at a time; null: no limit.</summary>
    public int? MaxInFlightPerConnection { get; init; }

    /// <summary>How long a call may take; null: the client's default.</summary>
    public TimeSpan? CallTimeout { get; init; }
}
