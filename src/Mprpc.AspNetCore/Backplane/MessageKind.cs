namespace Mprpc.AspNetCore.Backplane;

/// <summary>What one server says to others. The numbers are on the wire.</summary>
internal enum MessageKind
{
    /// <summary>It is there.</summary>
    Alive = 0,

    /// <summary>It stops.</summary>
    Bye = 1,

    /// <summary>Clients are told something.</summary>
    Notify = 2,

    /// <summary>Clients are asked something.</summary>
    Ask = 3,

    /// <summary>Nobody waits for the answers any more.</summary>
    Cancel = 4,

    /// <summary>These clients are asked now.</summary>
    Begun = 5,

    /// <summary>A client has answered, or has not.</summary>
    Reply = 6,

    /// <summary>All its clients have.</summary>
    Done = 7,

    /// <summary>A connection is put into a group.</summary>
    Join = 8,

    /// <summary>A connection is taken out of a group.</summary>
    Leave = 9,
}
