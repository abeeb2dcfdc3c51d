using Mprpc.Connections;

namespace Mprpc.Dispatch;

/// <summary>A call whose method has not ended at once: from its beginning to its end it holds a place, whatever way it runs.</summary>
/// <remarks>It begins once and ends once. Calls that end at once need none of this: they are answered where they are read.</remarks>
internal abstract class RunningCall
{
    public RpcConnection Connection { get; protected set; } = null!;

    /// <summary>The method; null only before the call has begun, and after it has ended.</summary>
    public RpcMethod? Method { get; protected set; }

    /// <summary>The number that the answer echoes; null for a notification.</summary>
    public long? MessageId { get; protected set; }

    /// <summary>How many bytes it is expected to answer, as they were counted when it began.</summary>
    public int Promised { get; set; }

    /// <summary>The next one in the table of those that run; under its lock.</summary>
    public RunningCall? Next { get; set; }

    public RunningCall? Previous { get; set; }

    /// <summary>Takes a place.</summary>
    protected void Begin() => Connection.RunningCalls.Begin(this);

    /// <summary>Gives the place back; the last that is done with the call.</summary>
    public void End() => Connection.RunningCalls.End(this);
}
