namespace Mprpc.Connections;

/// <summary>Why the handling of messages paused.</summary>
internal enum LoopOutcome
{
    /// <summary>All whole messages are handled.</summary>
    Done,

    /// <summary>As many calls run as may; the rest waits.</summary>
    Full,

    /// <summary>So much is to be sent that the peer has to read first; the rest waits.</summary>
    Congested,

    /// <summary>Another thread goes on with the rest while this one was held up in user code.</summary>
    TakenOver,
}
