using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Mprpc.Tests.Kit;
using Mprpc.Transports.Sockets;

namespace Mprpc.Core.Tests.Transports.Sockets;

/// <summary>Connections come in as they are there, and what they say is read by threads that it may hold up.</summary>
public sealed class SocketAcceptorTests : IDisposable
{
    private readonly Socket _listener = ConnectedPair.NewSocket(AddressFamily.InterNetwork);

    public SocketAcceptorTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
    }

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Accept_OfManyAtOnce_GivesEachOnce(bool isPolled)
    {
        const int Connections = 200;        // several turns
        var acceptor = new SocketAcceptor(_listener, ConnectedPair.Poller(isPolled));
        List<Socket> sockets = [];
        List<EndPoint> accepted = [];

        for (int i = 0; i < Connections; i++)
        {
            sockets.Add(await DialAsync());
        }

        for (int i = 0; i < Connections; i++)
        {
            using Socket socket = await acceptor.AcceptAsync(CancellationToken.None).InTime();
            accepted.Add(socket.RemoteEndPoint!);
        }

        Assert.Equal(sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port).Order(), accepted.Select(end => ((IPEndPoint)end).Port).Order());
        sockets.ForEach(socket => socket.Dispose());
        acceptor.Close();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Accept_ThatWaits_GivesWhoComesThen(bool isPolled)
    {
        var acceptor = new SocketAcceptor(_listener, ConnectedPair.Poller(isPolled));

        for (int i = 0; i < 50; i++)
        {
            Task<Socket> accepting = acceptor.AcceptAsync(CancellationToken.None).AsTask();
            using Socket socket = await DialAsync();
            using Socket accepted = await accepting.InTime();

            Assert.Equal(socket.LocalEndPoint, accepted.RemoteEndPoint);
        }

        acceptor.Close();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Accept_ThatIsCancelled_EndsAndLosesNobody(bool isPolled)
    {
        var acceptor = new SocketAcceptor(_listener, ConnectedPair.Poller(isPolled));
        using var cancellation = new CancellationTokenSource();
        Task<Socket> accepting = acceptor.AcceptAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting.InTime());
        using Socket socket = await DialAsync();
        using Socket accepted = await acceptor.AcceptAsync(CancellationToken.None).InTime();
        acceptor.Close();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Accept_ThatWaitsWhenItIsClosed_Ends(bool isPolled)
    {
        var acceptor = new SocketAcceptor(_listener, ConnectedPair.Poller(isPolled));
        Task<Socket> accepting = acceptor.AcceptAsync(CancellationToken.None).AsTask();

        acceptor.Close();
        acceptor.Close();

        await Assert.ThrowsAnyAsync<Exception>(() => accepting.InTime());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => acceptor.AcceptAsync(CancellationToken.None).AsTask().InTime());
    }

    [Fact]
    public async Task FirstRead_OfWhatHasComeBefore_GoesOnOnAThreadOfThePoller()
    {
        SocketPoller poller = ConnectedPair.OwnPoller();

        for (int i = 0; i < 200; i++)
        {
            using Socket peer = await DialAsync();
            Socket accepted = await _listener.AcceptAsync().InTime();
            await peer.SendAsync(new byte[] { 7 });
            await Bounded.Until(() => accepted.Available == 1, "that it has arrived");
            var polled = new PolledSocket(poller, accepted);
            var input = new PolledPipeReader(polled);

            string? thread = await Task.Run(ReadAsync).InTime();

            Assert.Equal("Mprpc sockets", thread);
            polled.Forget();
            accepted.Dispose();

            async Task<string?> ReadAsync()
            {
                ReadResult first = await input.ReadAsync().ConfigureAwait(false);
                string? name = Thread.CurrentThread.Name;
                input.AdvanceTo(first.Buffer.End);
                ReadResult second = await input.ReadAsync().ConfigureAwait(false);
                input.AdvanceTo(second.Buffer.End);
                Assert.Equal((0, 1), (first.Buffer.Length, second.Buffer.Length));
                return name;
            }
        }
    }

    [Fact]
    public async Task FirstRead_OfASocketThatIsClosed_Ends()
    {
        using Socket peer = await DialAsync();
        Socket accepted = await _listener.AcceptAsync().InTime();
        var polled = new PolledSocket(ConnectedPair.OwnPoller(), accepted);
        var input = new PolledPipeReader(polled);
        accepted.Dispose();

        await input.ReadAsync().AsTask().InTime();

        Assert.False(polled.HasBegun);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await input.ReadAsync().AsTask().InTime());
    }

    private async Task<Socket> DialAsync()
    {
        Socket socket = ConnectedPair.NewSocket(AddressFamily.InterNetwork);
        await socket.ConnectAsync(_listener.LocalEndPoint!).InTime();
        return socket;
    }
}
