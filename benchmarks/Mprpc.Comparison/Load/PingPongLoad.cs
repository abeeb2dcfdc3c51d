using System.Diagnostics;
using System.Net.Sockets;

namespace Mprpc.Comparison.Load;

/// <summary>One message at a time on a blocking socket: the least that a round trip costs here.</summary>
internal sealed class PingPongLoad(Socket socket, int messageBytes) : ILoad
{
    private readonly LatencyHistogram _latencies = new();
    private readonly byte[] _message = new byte[messageBytes];

    public Task<WindowReport> RunAsync(TimeSpan window)
    {
        var current = new LoadWindow(window, _latencies);
        long messages = 0;
        while (!current.IsOver)
        {
            long sentAt = Stopwatch.GetTimestamp();
            socket.Send(_message);
            ReceiveAnswer();
            messages++;
            current.Record(sentAt);
        }

        return Task.FromResult(current.Close(messages));
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private void ReceiveAnswer()
    {
        int received = 0;
        while (received < _message.Length)
        {
            int read = socket.Receive(_message.AsSpan(received));
            if (read == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            received += read;
        }
    }
}
