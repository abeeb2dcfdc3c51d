namespace Mprpc.Conformance.Client;

/// <summary>How a call ended.</summary>
public enum ClientOutcomeKind
{
    /// <summary>With a result.</summary>
    Result,

    /// <summary>With the server's error.</summary>
    RemoteError,

    /// <summary>Without an answer: the connection was lost.</summary>
    ConnectionLost,

    /// <summary>Without an answer: the server broke the wire and the client closed.</summary>
    ProtocolBroken,

    /// <summary>Without an answer in time.</summary>
    TimedOut,
}
