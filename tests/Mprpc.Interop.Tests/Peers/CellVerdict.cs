namespace Mprpc.Interop.Tests.Peers;

/// <summary>How a case went with a peer.</summary>
public enum CellVerdict
{
    /// <summary>As it must.</summary>
    Ok,

    /// <summary>Otherwise.</summary>
    Red,

    /// <summary>Not tried: the peer has nothing of the kind.</summary>
    Skip,
}
