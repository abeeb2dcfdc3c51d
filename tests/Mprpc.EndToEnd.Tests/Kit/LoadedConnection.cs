using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MessagePack;

namespace Mprpc.EndToEnd.Tests.Kit;

/// <summary>A connection that asks all the time, and knows when it has asked what.</summary>
internal sealed class LoadedConnection : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly List<long> _sent = [];     // when request i was sent
    private readonly HashSet<int> _answered = [];

    /// <summary>Whether the server has ended the connection in good order.</summary>
    public bool EndedWithFin { get; private set; }

    public int Answered => _answered.Count;

    public async Task ConnectAsync(int port) => await _socket.ConnectAsync(IPAddress.Loopback, port);

    /// <summary>Sends a request every ten milliseconds, without waiting for answers.</summary>
    public async Task SendUntilAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // [0, msgid, "wait_for_todo", [50]]: nobody adds a todo, so that it is answered false after 50 ms
            await _socket.SendAsync(
                MessagePackSerializer.Serialize<object[]>([0, _sent.Count, "wait_for_todo", new object[] { 50 }], cancellationToken: CancellationToken.None));
            _sent.Add(Stopwatch.GetTimestamp());
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    public async Task ReadToEndAsync()
    {
        await using var stream = new NetworkStream(_socket);
        using var reader = new MessagePackStreamReader(stream);

        try
        {
            while (await reader.ReadAsync(CancellationToken.None) is { } message)
            {
                object[] response = MessagePackSerializer.Deserialize<object[]>(message);
                Assert.Null(response[2]);
                Assert.True(_answered.Add(Convert.ToInt32(response[1], System.Globalization.CultureInfo.InvariantCulture)), "A request was answered twice.");
            }

            EndedWithFin = true;
        }
        catch (IOException)
        {
            // A reset: EndedWithFin stays false.
        }
    }

    /// <summary>The requests that were sent before a moment and have no answer.</summary>
    public IEnumerable<int> UnansweredBefore(long timestamp)
        => Enumerable.Range(0, _sent.Count).Where(request => _sent[request] < timestamp && !_answered.Contains(request));

    public void Dispose() => _socket.Dispose();
}
