using Mprpc.Connections;

namespace Mprpc.Diagnostics;

/// <summary>Which limit a connection has reached; the values are counted as they stand here, so that there are never more than these.</summary>
internal enum ConnectionLimit
{
    /// <summary>Not a limit of size or time: what came is no message.</summary>
    MessageShape,
    MessageSize,
    Depth,
    PartialMessage,
    WriteTimeout,
    Idle,
    HalfClose,
    CallsInFlightPerConnection,
    CallsInFlight,
    UnsentAnswersPerConnection,
    UnsentAnswers,
    StreamCredit,
    Connections,
    PendingPushes,
}
