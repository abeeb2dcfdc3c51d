namespace Mprpc.Client.Transports;

/// <summary>What a server has said of the protocol's extensions before the first message (docs/protocol.md 10.12).</summary>
internal enum ExtensionSupport
{
    /// <summary>Nothing, or that it does without.</summary>
    Unknown,

    /// <summary>That it knows them, as far as can be told: some servers of WebSockets choose whatever a client offers first.</summary>
    Claimed,

    /// <summary>That it knows them.</summary>
    Known,
}
