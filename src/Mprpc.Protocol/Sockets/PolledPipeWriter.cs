using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Sockets;

/// <summary>Sends what it is given straight from the caller's buffer.</summary>
internal sealed class PolledPipeWriter(PolledSocket socket) : DirectPipeWriter
{
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        int sent = Send(source.Span);
        return sent == source.Length ? default : SendRestAsync(source[sent..]);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendRestAsync(ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            await socket.Writable.WaitAsync().ConfigureAwait(false);
            rest = rest[Send(rest.Span)..];
        }

        return default;
    }

    private int Send(ReadOnlySpan<byte> bytes)
    {
        int sent = socket.Socket.Send(bytes, SocketFlags.None, out SocketError error);

        return error switch
        {
            SocketError.Success => sent,
            SocketError.WouldBlock => 0,
            _ => throw new SocketException((int)error),
        };
    }
}
