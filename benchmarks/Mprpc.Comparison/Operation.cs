namespace Mprpc.Comparison;

internal enum Operation
{
    Sum,
    SumLater,
    Echo,
    Price,
    Idle,

    /// <summary>A result stream of numbers, each there at once.</summary>
    Stream,

    /// <summary>A param stream of numbers, each there at once.</summary>
    Feed,

    /// <summary>A result stream whose producer yields before each item.</summary>
    StreamLater,

    /// <summary>A result stream of records.</summary>
    StreamOrders,

    /// <summary>From the caller's cancellation to the method's token.</summary>
    Cancel,

    /// <summary>The server calls a method of its client.</summary>
    AskBack,

    /// <summary>One message to all clients.</summary>
    Broadcast,

    /// <summary>Calls on a connection that carries a stream as fast as it goes.</summary>
    SumBesideStream,

    /// <summary>Calls while such a stream runs on a connection beside theirs.</summary>
    SumBesideConnection,

    /// <summary>Calls on a connection with streams that nobody reads.</summary>
    SumBesideStalled,
}
