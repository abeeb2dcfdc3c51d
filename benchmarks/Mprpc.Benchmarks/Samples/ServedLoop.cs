using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Benchmarks.Samples;

/// <summary>The read loop of a connection that serves the sample service, given whole messages.</summary>
internal sealed class ServedLoop
{
    private readonly RpcConnection _connection;
    private readonly ReadLoop _loop;

    public ServedLoop()
    {
        var transport = new MemoryTransport();
        _connection = SampleConnections.Serve(transport);
        _loop = new ReadLoop(_connection, transport.Input, SampleConnections.Limits.MaxMessageSize, SampleConnections.Limits.MaxDepth);
    }

    /// <returns>How many bytes were answered.</returns>
    public int Handle(byte[] message)
    {
        MessageHead.TryRead(message, out MessageHead head);
        _connection.Handle(message, head, _loop);
        int answered = _loop.Batch.Length;
        _loop.Batch.Clear();
        return answered;
    }
}
