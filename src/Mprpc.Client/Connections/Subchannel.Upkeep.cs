using Mprpc.Connections;

namespace Mprpc.Client.Connections;

/// <content>What the pool's upkeep asks: how old a connection is, and since when nothing was sent over it.</content>
internal sealed partial class Subchannel
{
    private RpcConnection? _seen;           // by the upkeep alone, as the next two
    private int _seenWrites;
    private long _idleSince;

    /// <summary>Whether the connection has been open for so long.</summary>
    public bool HasServed(TimeSpan lifetime)
    {
        lock (_gate)
        {
            return _current is not null && parts.Clock.GetElapsedTime(_currentOpen!.MadeAt) >= lifetime;
        }
    }

    /// <summary>Whether nothing has been sent over the connection for so long, as seen by regular looks; for the upkeep alone.</summary>
    public bool HasBeenIdleFor(TimeSpan time)
    {
        long now = parts.Clock.GetTimestamp();

        RpcConnection? connection = Current;
        int writes = connection?.Output.Writes ?? 0;

        if (connection is null || connection != _seen || writes != _seenWrites || Load > 0)
        {
            (_seen, _seenWrites, _idleSince) = (connection, writes, now);
            return false;
        }

        return parts.Clock.GetElapsedTime(_idleSince, now) >= time;
    }
}
