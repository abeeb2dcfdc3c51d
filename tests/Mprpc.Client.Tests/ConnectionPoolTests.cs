using System.IO.Pipelines;
using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.Client.Transports;
using Mprpc.Connections;
using Mprpc.Messages;

namespace Mprpc.Client.Tests;

/// <summary>The pool by itself, over connections whose peers say nothing.</summary>
public sealed class ConnectionPoolTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    private readonly SilentDialer _dialer = new();

    [Fact]
    public async Task GetAsync_ConnectionIsIdle_GivesItAgain()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 3 });

        RpcConnection first = await pool.GetAsync().WaitAsync(Deadline);
        RpcConnection second = await pool.GetAsync().WaitAsync(Deadline);

        Assert.Same(first, second);
        Assert.Same(first, pool.TryGet());
        Assert.Equal(1, _dialer.Dialled);
    }

    [Fact]
    public async Task GetAsync_AllAreInUse_MakesAFurtherOneUpToTheLimit()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 2 });
        RpcConnection first = await pool.GetAsync().WaitAsync(Deadline);
        Call(first);
        Call(first);
        RpcConnection second = await pool.GetAsync().WaitAsync(Deadline);
        Call(second);

        RpcConnection third = await pool.GetAsync().WaitAsync(Deadline);

        Assert.NotSame(first, second);
        Assert.Same(second, third);     // the one with the fewest calls in flight
        Assert.Equal(2, _dialer.Dialled);
    }

    [Fact]
    public async Task GetAsync_ConnectionIsLost_MakesAnother()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { Reconnect = new MprpcReconnectOptions { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1) } });
        RpcConnection lost = await pool.GetAsync().WaitAsync(Deadline);
        ValueTask<int> call = Call(lost);

        await _dialer.LoseAsync();

        await Assert.ThrowsAsync<MprpcConnectionException>(() => call.AsTask().WaitAsync(Deadline));
        Assert.Null(pool.TryGet());     // out of the pool before its calls are told
        Assert.NotSame(lost, await pool.GetAsync().WaitAsync(Deadline));
    }

    [Fact]
    public async Task ReserveAsync_AllPlacesAreTaken_WaitsForOneThatIsGivenBack()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 2, MaxInFlightPerConnection = 1 });
        ClientConnection first = await pool.ReserveAsync(CancellationToken.None).WaitAsync(Deadline);
        ClientConnection second = await pool.ReserveAsync(CancellationToken.None).WaitAsync(Deadline);
        Task<ClientConnection> third = pool.ReserveAsync(CancellationToken.None);

        bool hasWaited = !third.IsCompleted;
        pool.Release(second);

        Assert.True(hasWaited);
        Assert.NotSame(first, second);
        Assert.Same(second, await third.WaitAsync(Deadline));
    }

    [Fact]
    public async Task TryMove_OtherIsConnectedOrNot_MovesOnlyToAConnection()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 2, MaxInFlightPerConnection = 1 });
        ClientConnection place = await pool.ReserveAsync(CancellationToken.None).WaitAsync(Deadline);
        ClientConnection other = await pool.ReserveAsync(CancellationToken.None).WaitAsync(Deadline);
        pool.Release(other);

        ClientConnection? unconnected = pool.TryMove(place);
        await other.GetAsync().WaitAsync(Deadline);
        ClientConnection? connected = pool.TryMove(place);

        Assert.Null(unconnected);
        Assert.Same(other, connected);
        Assert.Equal([0, 1], new[] { place.Reserved, other.Reserved });
    }

    private static ValueTask<int> Call(RpcConnection connection)
    {
        MprpcWriter request = RequestWriter.Begin(MprpcSerializerOptions.Default, "sum", []);
        Assert.True(connection.TryCall("sum", request, Timeout.InfiniteTimeSpan, CancellationToken.None, out ValueTask<int> result));
        return result;
    }

    private ConnectionPool Create(MprpcClientOptions options)
    {
        options = options.Freeze();
        return new ConnectionPool(_dialer, options, options.CreateDispatcher(options.Serializer), login: null, () => { }, CancellationToken.None);
    }

    private sealed class SilentDialer : Dialer
    {
        private Pipe _input = new();

        public int Dialled { get; private set; }

        public override Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
        {
            Dialled++;
            _input = new Pipe();
            Pipe input = _input;
            return Task.FromResult(new ClientTransport(input.Reader, PipeWriter.Create(Stream.Null), () => input.Writer.Complete()));
        }

        public ValueTask LoseAsync() => _input.Writer.CompleteAsync(new IOException("lost"));

        public override string ToString() => "nobody";
    }
}
