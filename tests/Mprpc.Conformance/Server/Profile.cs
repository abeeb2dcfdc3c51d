namespace Mprpc.Conformance.Server;

/// <summary>How a listener must be set up for a case. Each profile is served at an endpoint of its own.</summary>
public enum Profile
{
    /// <summary>As it comes: current MessagePack, an error is its message.</summary>
    Default,

    /// <summary>Only fixraw, raw16 and raw32 for text and bytes; never str8, bin or ext.</summary>
    OldSpec,

    /// <summary>An error is <c>[code, message]</c>.</summary>
    NeovimErrors,

    /// <summary>An error is a code and the result is <c>[message]</c>: msgpack-rpc-ruby's and msgpack-rpc-java's shape.</summary>
    RubyErrors,

    /// <summary>An error is an integer: 1 no such method, 2 wrong params.</summary>
    JubatusErrors,

    /// <summary>One call at a time runs; further requests wait.</summary>
    OnePlace,

    /// <summary>Nobody may call who has not logged in.</summary>
    RequiresLogin,

    /// <summary>The extensions under <c>$/</c> are off.</summary>
    NoExtensions,

    /// <summary>Answers come in the order of the requests.</summary>
    InOrder,
}
