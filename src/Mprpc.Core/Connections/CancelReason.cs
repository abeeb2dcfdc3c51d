namespace Mprpc.Connections;

/// <summary>Why a call that runs was cancelled.</summary>
internal enum CancelReason
{
    None,

    /// <summary>The peer no longer wants the answer.</summary>
    Peer,

    /// <summary>Its time is up.</summary>
    Deadline,

    /// <summary>The connection is lost.</summary>
    Closed,
}
