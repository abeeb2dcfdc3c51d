using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Mprpc.Transports.Sockets;

/// <summary>Reads a polled socket, when the poller says that there is something.</summary>
internal sealed class PolledPipeReader(PolledSocket socket) : DirectPipeReader(socket.Socket)
{
    private const int NothingYet = -1;

    private bool _hasBegun = socket.HasBegun;

    /// <summary>Reads what has come. The first read brings nothing, but has the next one on a thread of the poller.</summary>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_hasBegun)
        {
            return ReadNextAsync();
        }

        _hasBegun = true;
        return new ValueTask<ReadResult>(new FirstRead(socket), token: 0);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadNextAsync()
    {
        if (!socket.PeerHasFinished)
        {
            await socket.Readable.WaitAsync().ConfigureAwait(false);
        }

        int received;

        while ((received = Receive()) == NothingYet)
        {
            await socket.Readable.WaitAsync().ConfigureAwait(false);
        }

        return Result(received);
    }

    private int Receive()
    {
        Debug.Assert(Buffer is null, "The loop consumes all it was given before it reads on.");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        int received = SocketFaults.AreOn
            ? SocketFaults.Receive(Socket, buffer, socket.IsRefused(), out SocketError error)
            : Socket.Receive(buffer, SocketFlags.None, out error);

        if (received > 0)
        {
            Buffer = buffer;

            // An event comes only for what is new, and a buffer that was filled has probably left something.
            if (received == buffer.Length)
            {
                socket.ReadLater();
            }
            else if (socket.MayEndReadsEarly && !socket.PeerHasFinished)
            {
                socket.ReadBeforeSleep();
            }

            return received;
        }

        ArrayPool<byte>.Shared.Return(buffer);

        switch (error)
        {
            case SocketError.Success:
                return 0;
            case SocketError.WouldBlock:
                return NothingYet;
            default:
                throw new SocketException((int)error);
        }
    }
}
