using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Tests.Kit;
using Mprpc.Wire;

namespace Mprpc.Client.Tests;

/// <summary>The pool by itself, over connections whose peers say nothing.</summary>
public sealed class ConnectionPoolTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    private readonly List<PipePeer> _peers = [];
    private readonly TestDialer _dialer;

    public ConnectionPoolTests()
        => _dialer = new TestDialer((_, _) =>
        {
            var peer = new PipePeer();
            _peers.Add(peer);
            return Task.FromResult(peer.Transport);
        });

    [Fact]
    public async Task TryGet_NothingIsCalled_GivesTheOneConnectionAgain()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 3 });

        RpcConnection? none = pool.TryGet();
        pool.Release(await AcquireAsync(pool));     // as below
        RpcConnection? first = pool.TryGet();

        Assert.Null(none);
        Assert.NotNull(first);
        Assert.Same(first, pool.TryGet());
        Assert.Equal(1, _dialer.Attempts);
    }

    [Fact]
    public async Task TryGet_TheOnlyOneIsInUse_GivesItAndDialsAFurtherOneBesideUpToTheLimit()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 2 });
        pool.Release(await AcquireAsync(pool));     // its place would be one in use, and the second connection be there too soon
        RpcConnection first = pool.TryGet()!;
        _ = Call(first);
        _ = Call(first);

        RpcConnection? meanwhile = pool.TryGet();
        await Bounded.Until(() => pool.Connected().Count() == 2, "two connections").WaitAsync(Deadline);
        RpcConnection second = pool.TryGet()!;
        _ = Call(second);
        RpcConnection? third = pool.TryGet();

        Assert.Same(first, meanwhile);
        Assert.NotSame(first, second);
        Assert.Same(second, third);     // the one with the fewest calls in flight
        Assert.Equal(2, _dialer.Attempts);
    }

    [Fact]
    public async Task TryGet_ItsConnectionHasRefusedOrIsLost_GivesItNeverAgain()
    {
        var reconnect = new MprpcReconnectOptions { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1) };
        ConnectionPool pool = Create(new MprpcClientOptions { Reconnect = reconnect });
        await AcquireAsync(pool);
        RpcConnection lost = pool.TryGet()!;
        Task<int> call = Call(lost);

        _peers[0].Finish();
        await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        RpcConnection? afterTheEnd = pool.TryGet();
        await AcquireAsync(pool);
        RpcConnection refusing = pool.TryGet()!;
        pool.Drop(refusing);

        Assert.NotSame(lost, afterTheEnd);      // out of the pool before its calls are told
        Assert.NotSame(lost, refusing);
        Assert.NotSame(refusing, pool.TryGet());
    }

    [Fact]
    public async Task TryGetForNotification_SeveralAreConnected_GivesOneAsLongAsItHolds()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 2 });
        await AcquireAsync(pool);
        _ = Call(pool.TryGet()!);
        pool.TryGet();
        await Bounded.Until(() => pool.Connected().Count() == 2, "two connections").WaitAsync(Deadline);

        RpcConnection first = pool.TryGetForNotification()!;
        _ = Call(first);
        RpcConnection? again = pool.TryGetForNotification();
        pool.Drop(first);
        RpcConnection? other = pool.TryGetForNotification();

        Assert.Same(first, again);
        Assert.NotNull(other);
        Assert.NotSame(first, other);
    }

    [Fact]
    public async Task AcquireAsync_AllPlacesAreTaken_IsServedInTheOrderOfTheWaiters()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 1, MaxInFlightPerConnection = 1 });
        Subchannel subchannel = await AcquireAsync(pool);
        Task<Subchannel> first = AcquireAsync(pool);
        Task<Subchannel> second = AcquireAsync(pool);
        bool haveWaited = !first.IsCompleted && !second.IsCompleted;

        pool.Release(subchannel);
        Subchannel toFirst = await first;
        bool secondWaits = !second.IsCompleted;
        pool.Release(toFirst);
        await second;

        Assert.True(haveWaited);
        Assert.True(secondWaits);
        Assert.Equal(1, subchannel.Reserved);
    }

    [Fact]
    public async Task AcquireAsync_TheConnectionIsLostBeforeItsUse_TheTurnStaysTheFirst()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 1, MaxInFlightPerConnection = 1 });
        Subchannel subchannel = await AcquireAsync(pool);
        Task<Subchannel> next = AcquireAsync(pool);

        _peers[0].Finish();
        await Bounded.Until(() => subchannel.Current is null, "the loss");
        Subchannel again = await AcquireAsync(pool, lost: subchannel);
        bool nextWaits = !next.IsCompleted;
        pool.Release(again);
        pool.Release(await next);

        Assert.True(nextWaits);
        Assert.Equal(0, subchannel.Reserved);
    }

    [Fact]
    public async Task AcquireAsync_AWaiterIsCancelled_ItsTurnGoesToTheNextAndNoPlaceIsLost()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 1, MaxInFlightPerConnection = 1 });
        Subchannel subchannel = await AcquireAsync(pool);
        using var cancellation = new CancellationTokenSource();
        Task<Subchannel> cancelled = pool.AcquireAsync(isServing: false, lost: null, cancellation.Token).AsTask();
        Task<Subchannel> next = AcquireAsync(pool);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline));
        pool.Release(subchannel);
        pool.Release(await next);

        Assert.Equal(0, subchannel.Reserved);
    }

    [Fact]
    public async Task AcquireAsync_WhileServing_HasAPlaceOfItsOwn()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 1, MaxInFlightPerConnection = 1 });
        await AcquireAsync(pool);

        Subchannel own = await pool.AcquireAsync(isServing: true, lost: null, CancellationToken.None).AsTask().WaitAsync(Deadline);

        Assert.Equal(2, own.Reserved);
    }

    [Fact]
    public async Task CloseAsync_CallsWait_FailsThemAndTakesNoMore()
    {
        ConnectionPool pool = Create(new MprpcClientOptions { MaxConnections = 1, MaxInFlightPerConnection = 1 });
        await AcquireAsync(pool);
        Task<Subchannel> waiting = AcquireAsync(pool);

        Task closing = pool.CloseAsync(TimeSpan.FromSeconds(1), hasNotified: false);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AcquireAsync(pool));
        _peers[0].Finish();
        await closing.WaitAsync(Deadline);
    }

    private static Task<Subchannel> AcquireAsync(ConnectionPool pool, Subchannel? lost = null)
        => pool.AcquireAsync(isServing: false, lost, CancellationToken.None).AsTask().WaitAsync(Deadline);

    private static Task<int> Call(RpcConnection connection)
    {
        MprpcWriter request = RequestWriter.Begin(MprpcSerializerOptions.Default, limit: null, "sum", []);
        Assert.True(connection.TryCall("sum", request, Timeout.InfiniteTimeSpan, CancellationToken.None, out ValueTask<int> result));
        return result.AsTask();
    }

    private ConnectionPool Create(MprpcClientOptions options)
    {
        options = options.Freeze();
        return new ConnectionPool(new ClientParts(_dialer, options, () => { }, CancellationToken.None));
    }
}
