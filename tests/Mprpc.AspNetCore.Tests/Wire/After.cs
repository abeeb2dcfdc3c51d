namespace Mprpc.AspNetCore.Tests.Wire;

/// <summary>What becomes of the connection after a vector.</summary>
internal enum After
{
    /// <summary>It goes on, and nothing but the expected answers was sent.</summary>
    Open,

    /// <summary>The server closes it.</summary>
    Closed,

    /// <summary>The peer ends its side after its last byte; the server answers, then ends its own.</summary>
    PeerFinished,
}
