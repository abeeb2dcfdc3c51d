using System.Diagnostics;
using System.Net.Sockets;

namespace Mprpc.Comparison.Load;

/// <summary>
/// The limit that a multiplexed protocol can come near to: messages of the same size, the same number in flight, but none is looked at. As many as have come
/// back are sent again in one write.
/// </summary>
internal sealed class EchoLoad(IReadOnlyList<Socket> sockets, int messageBytes, int inFlight) : ILoad
{
    private readonly LatencyHistogram _latencies = new();

    public async Task<WindowReport> RunAsync(TimeSpan window)
    {
        var current = new LoadWindow(window, _latencies);
        long[] messages = await Task.WhenAll(sockets.Select(socket => EchoAsync(socket, current)));
        return current.Close(messages.Sum());
    }

    public ValueTask DisposeAsync()
    {
        foreach (Socket socket in sockets)
        {
            socket.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private async Task<long> EchoAsync(Socket socket, LoadWindow window)
    {
        byte[] outgoing = new byte[messageBytes * inFlight];
        byte[] incoming = new byte[Math.Max(outgoing.Length, 4096)];
        long[] sentAt = new long[inFlight];
        Array.Fill(sentAt, Stopwatch.GetTimestamp());
        await SendAsync(socket, outgoing);

        long sent = inFlight;
        long answered = 0;
        long receivedBytes = 0;
        while (answered < sent)
        {
            int read = await socket.ReceiveAsync(incoming.AsMemory(), SocketFlags.None);
            if (read == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            receivedBytes += read;
            int batch = (int)(receivedBytes / messageBytes - answered);
            if (batch == 0)
            {
                continue;
            }

            // Messages come back in order, so the oldest of the batch waited longest: it stands for all.
            window.Record(sentAt[answered % inFlight]);
            answered += batch;
            if (window.IsOver)
            {
                continue;
            }

            long now = Stopwatch.GetTimestamp();
            for (int i = 0; i < batch; i++)
            {
                sentAt[(sent + i) % inFlight] = now;
            }

            sent += batch;
            await SendAsync(socket, outgoing.AsMemory(0, batch * messageBytes));
        }

        return answered;
    }

    private static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }
}
