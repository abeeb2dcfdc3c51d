using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Transport;

namespace Mprpc.AspNetCore.Tests.Transport;

/// <summary>Connections that are accepted without Kestrel's own transport: what Kestrel may do to them, and what their peers see.</summary>
public sealed class DirectListenerTests
{
    private readonly SocketTransportOptions _options = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NoDelay_OfKestrelsOptions_IsTheConnections(bool noDelay)
    {
        _options.NoDelay = noDelay;
        await using IConnectionListener listener = Listen();
        await using RawPeer peer = await RawPeer.DialAsync(listener.EndPoint);

        await using ConnectionContext connection = await AcceptAsync(listener);

        Assert.Equal(noDelay, connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.NoDelay);
    }

    [Fact]
    public async Task Backlog_OfKestrelsOptions_BoundsWhoWaits()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a queue that is full makes peers wait.");
        using var folder = new TemporaryFolder();
        _options.Backlog = 2;
        var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint(folder.PathOf("rpc.sock")));
        await using IConnectionListener listener = Factory().Listen(bound);
        List<Socket> peers = [];

        // Linux refuses the one after the one more than the backlog says.
        var exception = Assert.Throws<SocketException>(() =>
        {
            while (peers.Count < 100)
            {
                var peer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
                peers.Add(peer);
                peer.Connect(listener.EndPoint);
            }
        });

        Assert.Equal(SocketError.WouldBlock, exception.SocketErrorCode);
        Assert.InRange(peers.Count, 2, 5);
        peers.ForEach(peer => peer.Dispose());
    }

    [Fact]
    public async Task Accept_SeveralTimes_GivesEachConnectionItsAddressesAndAnIdOfItsOwn()
    {
        const int Connections = 20;
        await using IConnectionListener listener = Listen();
        HashSet<string> ids = [];

        for (int i = 0; i < Connections; i++)
        {
            using var peer = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await peer.ConnectAsync(listener.EndPoint).InTime();
            await using ConnectionContext connection = await AcceptAsync(listener);

            Assert.True(ids.Add(connection.ConnectionId));
            Assert.Equal(connection.ConnectionId, connection.ConnectionId);
            Assert.Equal(listener.EndPoint, connection.LocalEndPoint);
            Assert.Equal(((IPEndPoint)peer.LocalEndPoint!).Port, Assert.IsType<IPEndPoint>(connection.RemoteEndPoint).Port);
        }
    }

    [Fact]
    public async Task Accept_AfterAPeerThatHasLeftByReset_GivesTheNext()
    {
        await using IConnectionListener listener = Listen();
        RawPeer gone = await RawPeer.DialAsync(listener.EndPoint);
        gone.Reset();
        await using RawPeer peer = await RawPeer.DialAsync(listener.EndPoint);
        await peer.SendAsync("c0");

        // The one that has left may still be handed out: what is read of it fails.
        for (int i = 0; i < 2; i++)
        {
            await using ConnectionContext connection = await AcceptAsync(listener);

            try
            {
                await ReadByteAsync(connection);
                return;
            }
            catch (SocketException)
            {
                // It was that one.
            }
        }

        Assert.Fail("The peer that is there was not accepted.");
    }

    [Fact]
    public async Task Connection_ThatIsResetWhileNobodyReads_SaysThatItIsClosed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no epoll here.");
        await using IConnectionListener listener = Listen();
        RawPeer peer = await RawPeer.DialAsync(listener.EndPoint);
        await using ConnectionContext connection = await AcceptAsync(listener);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = connection.ConnectionClosed.UnsafeRegister(_ => closed.SetResult(), state: null);

        await peer.SendAsync("c0");
        await ReadByteAsync(connection);
        await peer.SendAsync("c0");
        peer.Reset();

        await closed.Task.InTime();
    }

    [Fact]
    public async Task Dispose_AfterTheLastRead_EndsThePeersSendingThatIsStuck()
    {
        await using IConnectionListener listener = Listen();
        using var peer = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await peer.ConnectAsync(listener.EndPoint).InTime();
        ConnectionContext connection = await AcceptAsync(listener);
        Task sending = Task.Run(async () =>
        {
            while (true)
            {
                await peer.SendAsync(new byte[16 * 1024]);
            }
        });
        await Task.WhenAny(sending, Task.Delay(500, TestContext.Current.CancellationToken));     // until it is stuck, as far as can be told

        connection.Transport.Input.CancelPendingRead();
        await connection.DisposeAsync();

        await Assert.ThrowsAsync<SocketException>(() => sending.WaitAsync(TimeSpan.FromSeconds(30)));       // else a minute
    }

    [Fact]
    public async Task Accept_WhenTheListenerIsUnbound_GivesNoMore()
    {
        IConnectionListener listener = Listen();
        Task<ConnectionContext?> accepting = listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask();

        await listener.UnbindAsync(TestContext.Current.CancellationToken);

        Assert.Null(await accepting.InTime());
        Assert.Null(await listener.AcceptAsync(TestContext.Current.CancellationToken).InTime());
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task Features_AreThoseOfKestrelsOwnTransport()
    {
        await using IConnectionListener listener = Listen();
        await using RawPeer peer = await RawPeer.DialAsync(listener.EndPoint);

        await using ConnectionContext connection = await AcceptAsync(listener);

        Assert.Equal(connection.ConnectionId, connection.Features.GetRequiredFeature<IConnectionIdFeature>().ConnectionId);
        Assert.Same(connection.Transport, connection.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport);
        Assert.Same(connection.Items, connection.Features.GetRequiredFeature<IConnectionItemsFeature>().Items);
        Assert.Equal(connection.ConnectionClosed, connection.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed);
        Assert.Equal(connection.RemoteEndPoint, connection.Features.GetRequiredFeature<IConnectionEndPointFeature>().RemoteEndPoint);
    }

    [Fact]
    public async Task Abort_WhileAReadWaits_EndsItAndSaysThatTheConnectionIsClosed()
    {
        await using IConnectionListener listener = Listen();
        await using RawPeer peer = await RawPeer.DialAsync(listener.EndPoint);
        await using ConnectionContext connection = await AcceptAsync(listener);
        Task reading = connection.Transport.Input.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        var closed = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = connection.ConnectionClosed.Register(closed.SetResult);

        connection.Abort(new ConnectionAbortedException());

        await Task.WhenAny(reading).InTime();
        await closed.Task.InTime();
        Assert.Equal("", await peer.ReadToAnyEndAsync());
    }

    [Fact]
    public async Task Abort_AfterTheEnd_DoesNothing()
    {
        await using IConnectionListener listener = Listen();
        await using RawPeer peer = await RawPeer.DialAsync(listener.EndPoint);
        ConnectionContext connection = await AcceptAsync(listener);
        await connection.DisposeAsync();

        connection.Abort(new ConnectionAbortedException());
        await connection.DisposeAsync();

        Assert.Equal("", await peer.ReadToEndAsync());
    }

    [Fact]
    public async Task Dispose_WithInputThatNobodyHasRead_EndsWithFinAfterWhatWasSent()
    {
        await using IConnectionListener listener = Listen();
        await using RawPeer peer = await RawPeer.DialAsync(listener.EndPoint);
        ConnectionContext connection = await AcceptAsync(listener);
        Socket socket = connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        int count = socket.ReceiveBufferSize > 100_000 ? 100_000 : 1_000;      // as the system's buffers hold
        await peer.SendAsync(new byte[count]);
        await Bounded.Until(() => socket.Available == count, "that all has arrived");
        await connection.Transport.Output.WriteAsync(new byte[] { 0xc3 }, TestContext.Current.CancellationToken);

        await connection.DisposeAsync();

        Assert.Equal("c3", await peer.ReadToEndAsync());
    }

    private DirectListenerFactory Factory() => new(Options.Create(_options));

    private IConnectionListener Listen() => Factory().Bind(new IPEndPoint(IPAddress.Loopback, 0));

    private static async Task<ConnectionContext> AcceptAsync(IConnectionListener listener)
    {
        ConnectionContext? connection = await listener.AcceptAsync(TestContext.Current.CancellationToken).InTime();
        Assert.NotNull(connection);
        return connection;
    }

    /// <summary>Reads what is a single byte; the first read of a connection brings nothing.</summary>
    private static async Task ReadByteAsync(ConnectionContext connection)
    {
        ReadResult read = default;

        for (int i = 0; i < 2 && read.Buffer.IsEmpty; i++)
        {
            read = await connection.Transport.Input.ReadAsync(TestContext.Current.CancellationToken).InTime();
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
        }

        Assert.Equal(1, read.Buffer.Length);
    }
}
