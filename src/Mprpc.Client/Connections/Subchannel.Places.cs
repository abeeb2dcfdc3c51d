using Mprpc.Client.Transports;
using Mprpc.Connections;

namespace Mprpc.Client.Connections;

/// <content>Places for calls on the connection.</content>
internal sealed partial class Subchannel
{
    private int _reserved;
    private ServerLatency? _latency;

    /// <summary>How long the calls take of the server that it is connected to, or was; null: there is only one server.</summary>
    public ServerLatency? Latency
    {
        get => Volatile.Read(ref _latency);
        private set => Volatile.Write(ref _latency, value);
    }

    /// <summary>How many calls wait for their answers, or have a place here and are about to be sent.</summary>
    public int Load => Math.Max(Reserved, Current?.Requests.Count ?? 0);

    /// <summary>How many places are taken: of calls that have not ended where the pool is limited, else of those that are about to be sent.</summary>
    public int Reserved => Volatile.Read(ref _reserved);

    /// <summary>Takes a place; under the pool's lock.</summary>
    public void Reserve() => Interlocked.Increment(ref _reserved);

    public void Unreserve() => Interlocked.Decrement(ref _reserved);

    /// <summary>Whether one more place can be taken: of so many, and of those that the server has.</summary>
    public bool HasPlace(RpcConnection connection, int limit)
        => Reserved < limit && (long)Reserved + (pool.IsLimited ? 0 : connection.Requests.Count) < connection.Requests.Limit;
}
