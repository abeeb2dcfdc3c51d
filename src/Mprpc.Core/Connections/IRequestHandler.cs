using Mprpc.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>What becomes of a peer's requests and notifications. Safe for concurrent use; one serves all connections of an endpoint.</summary>
internal interface IRequestHandler
{
    /// <summary>Whether the peer has anything to call.</summary>
    bool HasMethods { get; }

    /// <summary>Where calls are measured; null: nowhere.</summary>
    CallTelemetry? Telemetry { get; }

    /// <summary>Where it is said that what calls have made could not be disposed.</summary>
    FailureLog DisposalFailures { get; }

    /// <summary>
    /// Handles one request or notification: it is answered now, or runs and is answered later. The thread may have lost the read loop afterwards.
    /// </summary>
    /// <param name="connection">Where it came.</param>
    /// <param name="loop">The loop that has read it, held by this thread.</param>
    /// <param name="message">All of it; its bytes are the loop's, and gone when user code runs.</param>
    /// <param name="head">What it is.</param>
    void Dispatch(RpcConnection connection, ReadLoop loop, in ReadOnlyMemory<byte> message, in MessageHead head);

    /// <summary>Refuses one that finds no room, of whatever method: that a name exists is not told by the way.</summary>
    void RefuseForRoom(in IncomingCall call);

    /// <summary>Whether a message is handled at once even if there is no room: it takes none, and tells of life or of the connection as a whole.</summary>
    bool GoesAhead(in MessageHead head);

    /// <summary>Answers a request that its peer has cancelled before it began.</summary>
    void RefuseCancelled(in IncomingCall call);

    /// <summary>Answers a call whose time is up while its method runs; the answer has been taken.</summary>
    void AnswerTimeout(RpcConnection connection, CallControl call);
}
