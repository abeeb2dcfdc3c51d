using System.Net;
using System.Net.Sockets;
using Mprpc.Tests.Kit;
using Mprpc.Transports.Sockets;

namespace Mprpc.Core.Tests.Transports.Sockets;

/// <summary>How a socket is connected, and what becomes of an attempt that fails.</summary>
public sealed class SocketConnectTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connect_WhereNobodyListens_IsRefused(bool isPolled)
    {
        SocketPoller? poller = ConnectedPair.Poller(isPolled);
        using Socket bound = ConnectedPair.NewSocket(AddressFamily.InterNetwork);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket socket = ConnectedPair.NewSocket(AddressFamily.InterNetwork);

        var exception = await Assert.ThrowsAsync<SocketException>(
            () => SocketTransport.ConnectAsync(socket, bound.LocalEndPoint!, poller, CancellationToken.None).InTime());

        Assert.Equal(SocketError.ConnectionRefused, exception.SocketErrorCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connect_ToAUnixSocketThatIsNotThere_Fails(bool isPolled)
    {
        SocketPoller? poller = ConnectedPair.Poller(isPolled);
        using var folder = new TemporaryFolder();
        using Socket socket = ConnectedPair.NewSocket(AddressFamily.Unix);

        await Assert.ThrowsAsync<SocketException>(
            () => SocketTransport.ConnectAsync(socket, new UnixDomainSocketEndPoint(folder.PathOf("none.sock")), poller, CancellationToken.None).InTime());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connect_Connected_TellsBothAddresses(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);

        Assert.Equal(pair.Peer.LocalEndPoint, pair.Transport.Socket.RemoteEndPoint);
        Assert.Equal(pair.Peer.RemoteEndPoint, pair.Transport.Socket.LocalEndPoint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connect_WithATokenThatIsCancelled_IsCancelled(bool isPolled)
    {
        SocketPoller? poller = ConnectedPair.Poller(isPolled);
        using Socket listener = ListenOnLoopback(backlog: 1);
        using var cancellation = new CancellationTokenSource();
        Socket[] sockets = [.. Enumerable.Range(0, 8).Select(_ => ConnectedPair.NewSocket(AddressFamily.InterNetwork))];

        // Nobody accepts: the first are taken by the system, the others wait.
        Task<SocketTransport>[] connecting =
        [
            .. sockets.Select(socket => SocketTransport.ConnectAsync(socket, listener.LocalEndPoint!, poller, cancellation.Token)),
        ];
        await Task.WhenAny(connecting).InTime();
        await cancellation.CancelAsync();
        await Task.WhenAny(Task.WhenAll(connecting)).InTime();

        Assert.Contains(connecting, attempt => attempt.IsCanceled);
        Assert.All(connecting, attempt => Assert.True(attempt.IsCanceled || attempt.IsCompletedSuccessfully));
        Array.ForEach(sockets, socket => socket.Dispose());
    }

    [Fact]
    public async Task Connect_ToAUnixSocketWhoseQueueIsFull_WaitsUntilThereIsRoom()
    {
        SocketPoller? poller = ConnectedPair.Poller(isPolled: true);
        using var folder = new TemporaryFolder();
        using Socket listener = ListenOnUnix(folder);
        Task<SocketTransport>[] connecting = [.. Enumerable.Range(0, 8).Select(_ => ConnectAsync(listener, poller, CancellationToken.None))];
        await Task.WhenAny(connecting).InTime();
        bool didAllFit = Array.TrueForAll(connecting, attempt => attempt.IsCompleted);

        for (int i = 0; i < connecting.Length; i++)
        {
            using Socket accepted = await listener.AcceptAsync().InTime();
        }

        Assert.False(didAllFit);
        Assert.All(await Task.WhenAll(connecting).InTime(), transport => transport.Close());
    }

    [Fact]
    public async Task Connect_ToAUnixSocketWhoseQueueIsFull_CanBeCancelled()
    {
        SocketPoller? poller = ConnectedPair.Poller(isPolled: true);
        using var folder = new TemporaryFolder();
        using Socket listener = ListenOnUnix(folder);
        using var cancellation = new CancellationTokenSource();
        Task<SocketTransport>[] connecting = [.. Enumerable.Range(0, 8).Select(_ => ConnectAsync(listener, poller, cancellation.Token))];
        await Task.WhenAny(connecting).InTime();

        await cancellation.CancelAsync();
        await Task.WhenAny(Task.WhenAll(connecting)).InTime();

        Assert.Contains(connecting, attempt => attempt.IsCanceled);
    }

    private static Task<SocketTransport> ConnectAsync(Socket listener, SocketPoller? poller, CancellationToken cancellationToken)
        => SocketTransport.ConnectAsync(ConnectedPair.NewSocket(AddressFamily.Unix), listener.LocalEndPoint!, poller, cancellationToken);

    private static Socket ListenOnLoopback(int backlog)
    {
        Socket listener = ConnectedPair.NewSocket(AddressFamily.InterNetwork);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(backlog);
        return listener;
    }

    private static Socket ListenOnUnix(TemporaryFolder folder)
    {
        Socket listener = ConnectedPair.NewSocket(AddressFamily.Unix);
        listener.Bind(new UnixDomainSocketEndPoint(folder.PathOf("full.sock")));
        listener.Listen(1);
        return listener;
    }
}
