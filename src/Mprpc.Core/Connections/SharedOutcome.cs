namespace Mprpc.Connections;

/// <summary>What became of messages for many, at one connection.</summary>
internal enum SharedOutcome
{
    /// <summary>They are on their way, or wait for it.</summary>
    Taken,

    /// <summary>The connection is closed.</summary>
    Closed,

    /// <summary>Some were dropped, since the peer does not keep up.</summary>
    Dropped,

    /// <summary>None was taken: the peer does not keep up, and the connection is to be closed.</summary>
    TooSlow,
}
