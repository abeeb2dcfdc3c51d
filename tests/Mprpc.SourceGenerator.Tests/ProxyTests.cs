using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.SourceGenerator.Tests.Contracts;
using Mprpc.SourceGenerator.Tests.Support;
using Mprpc.Streams;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>What a proxy writes, a service reads, and the other way round: the generated proxy and the one that is made at run time.</summary>
public abstract class ProxyTests : IAsyncDisposable
{
    private readonly Talker _service = new();
    private readonly Peer _peer;
    private readonly RpcConnection _connection;

    protected ProxyTests()
    {
        _peer = new Peer(Services.ByGeneratedCode(_service));
        _connection = _peer.Connect();
    }

    private ITalker Proxy => Create<ITalker>();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _peer.DisposeAsync();
        _connection.Abort();
    }

    [Fact]
    public async Task Task_WithResult_BringsIt() => Assert.Equal(3, await Proxy.SumAsync(1, 2));

    [Fact]
    public async Task ValueTask_WithResult_BringsIt() => Assert.Equal("b, a", await Proxy.SwapAsync(("a", "b"), CancellationToken.None));

    [Fact]
    public async Task Task_WithoutResult_Completes()
    {
        await Proxy.SayAsync("hi");
        await Proxy.SayValueAsync("there", loud: true);

        Assert.Equal(["hi", "THERE"], _service.Said);
    }

    [Fact]
    public async Task Void_Called_IsANotification()
    {
        Proxy.Note("one");
        await Proxy.SumAsync(1, 2);

        Assert.Equal(["one"], _service.Said);
    }

    [Fact]
    public async Task Name_SetByAttribute_IsCalled() => Assert.Equal("long", await Proxy.LongNameAsync());

    [Fact]
    public async Task Parameters_MoreThanFifteen_AreSent() => Assert.Equal(136, await Proxy.Many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));

    [Fact]
    public async Task InheritedMethod_OfABaseContract_IsCalledWithThePrefixOfTheContract() => Assert.Equal("base", await Proxy.FromBase());

    [Fact]
    public async Task DefaultMethod_OfTheContract_IsCalledAtThePeer() => Assert.Equal("service", await Proxy.WhoAsync());

    [Fact]
    public async Task Token_Cancelled_EndsTheWait()
    {
        using var source = new CancellationTokenSource();
        Task<int> call = Proxy.NeverAsync(source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Failure_OfTheService_ReachesTheCaller()
    {
        MprpcRemoteException exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => Proxy.FailAsync());

        Assert.Equal("It is not to be.", exception.Message);
        Assert.Equal("talk.fail", exception.Method);
    }

    [Fact]
    public void SynchronousResult_Called_ThrowsAndNamesTheRemedy()
    {
        NotSupportedException exception = Assert.Throws<NotSupportedException>(() => Proxy.Synchronous());

        Assert.Contains("Task<int>", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_ThatAreNotOnTheWire_Throw()
    {
        Assert.Throws<NotSupportedException>(() => Proxy.Mood);
        Assert.Throws<NotSupportedException>(() => Proxy[1]);
        Assert.Throws<NotSupportedException>(() => Proxy.Ignored());
        Assert.Throws<NotSupportedException>(() => Proxy.Changed += (_, _) => { });
    }

    [Fact]
    public void Dispose_OfAProxy_LeavesTheConnectionOpen()
    {
        Proxy.Dispose();

        Assert.False(_connection.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task Call_InSteadyState_AllocatesNothing()
    {
        ITalker proxy = Create<ITalker>(new Discarding());

        for (int i = 0; i < 1000; i++)
        {
            await proxy.AddAsync(i, 2);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1000; i++)
        {
            await proxy.AddAsync(i, 2);     // completed already: the thread stays the same
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(MprpcNamingPolicy.SnakeCase)]
    [InlineData(MprpcNamingPolicy.CamelCase)]
    [InlineData(MprpcNamingPolicy.AsDeclared)]
    public async Task Names_OfEachPolicy_AreThoseOfTheServersPolicy(MprpcNamingPolicy policy)
    {
        await using var peer = new Peer(Services.ByGeneratedCode(_service, policy));
        RpcConnection connection = peer.Connect();
        ITalker proxy = Find<ITalker>(policy)(new ConnectionInvoker(connection));

        Assert.Equal(3, await proxy.SumAsync(1, 2));
        Assert.Equal("b, a", await proxy.SwapAsync(("a", "b"), CancellationToken.None));
        await proxy.SayValueAsync("there", loud: true);
        proxy.Note("one");
        Assert.Equal("long", await proxy.LongNameAsync());      // its name is set by an attribute
        Assert.Equal("base", await proxy.FromBase());
        Assert.Equal(136, await proxy.Many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));
        var exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => proxy.FailAsync());
        Assert.Equal(policy switch { MprpcNamingPolicy.AsDeclared => "talk.Fail", _ => "talk.fail" }, exception.Method);
        Assert.Equal(["THERE", "one"], _service.Said);
        connection.Abort();
    }

    private protected abstract Func<MprpcCallInvoker, T> Find<T>(MprpcNamingPolicy policy)
        where T : class;

    [Fact]
    public async Task Idempotent_MethodsThatAreMarked_AreCalledSo()
    {
        var invoker = new Discarding();
        IRepeatable proxy = Create<IRepeatable>(invoker);

        await proxy.ReadAsync(CancellationToken.None);
        await proxy.TouchAsync();
        await proxy.GetAsync(1);
        await proxy.SetAsync(2);
        await proxy.AddAsync(3);

        Assert.Equal(["read", "touch", "get", "set"], invoker.Idempotent);
    }

    private T Create<T>(MprpcCallInvoker? invoker = null)
        where T : class
        => Find<T>(MprpcNamingPolicy.SnakeCase)(invoker ?? new ConnectionInvoker(_connection));

    /// <summary>Answers at once, so that only the proxy's own cost is seen.</summary>
    private sealed class Discarding() : MprpcCallInvoker(Timeout.InfiniteTimeSpan)
    {
        public List<string> Idempotent { get; } = [];

        internal override StreamLimits StreamLimits => StreamLimits.Default;

        public override MprpcWriter BeginCall() => MprpcWriter.Rent(MprpcSerializerOptions.Default);

        public override void Notify(string method, MprpcWriter notification)
        {
        }

        internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions options)
        {
        }

        internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken) => null;

        internal override ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options)
        {
            if (options.Idempotent)
            {
                Idempotent.Add(method);
            }

            return CallWhenReadyAsync<T>(method, request, options.CancellationToken);
        }

        internal override ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        {
            MprpcWriter.Return(request);
            return default;
        }
    }
}
