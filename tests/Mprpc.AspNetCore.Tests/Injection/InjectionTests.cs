using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Injection;

/// <summary>Where a call's service and its parameters come from.</summary>
public sealed class InjectionTests
{
    [Fact]
    public async Task Singleton_CalledTwice_IsOneObject()
    {
        List<int> instances = await CallTwiceAsync(services => services.AddSingleton<Counted>());

        Assert.Equal([1, 1], instances);
    }

    [Fact]
    public async Task Singleton_RegisteredAsInstance_IsThatObject()
    {
        var instances = await CallTwiceAsync(services => services.AddSingleton(provider => new Counted(provider.GetRequiredService<Instances>())));

        Assert.Equal([1, 1], instances);
    }

    [Fact]
    public async Task Scoped_CalledTwice_IsOneObjectACall()
    {
        List<int> instances = await CallTwiceAsync(services => services.AddScoped<Counted>());

        Assert.Equal([1, 2], instances);
    }

    [Fact]
    public async Task Transient_CalledTwice_IsOneObjectACall()
    {
        List<int> instances = await CallTwiceAsync(services => services.AddTransient<Counted>());

        Assert.Equal([1, 2], instances);
    }

    [Fact]
    public async Task Unregistered_CalledTwice_IsOneObjectACall()
    {
        List<int> instances = await CallTwiceAsync(_ => { });

        Assert.Equal([1, 2], instances);
    }

    [Fact]
    public async Task Registered_BehindAnInterfaceWithAddService_IsResolved()
    {
        await using RpcHost host = await RpcHost.StartOnKestrelAsync(
            options => options.MapService<ICounted>(),
            builder => builder.Services.AddSingleton<Instances>().AddScoped<ICounted, Counted>());
        await using var client = new MprpcClient($"tcp://{host.Http}");

        int first = await client.CallAsync<int>("number").InTime();
        int second = await client.CallAsync<int>("number").InTime();

        Assert.Equal([1, 2], [first, second]);
    }

    [Theory]
    [InlineData(ServiceLifetime.Scoped, "disposable")]
    [InlineData(ServiceLifetime.Transient, "disposable")]
    [InlineData(null, "disposable")]
    [InlineData(ServiceLifetime.Scoped, "disposable_async")]
    [InlineData(ServiceLifetime.Transient, "disposable_async")]
    [InlineData(null, "disposable_async")]
    public async Task Disposable_AfterItsCall_IsDisposedOnce(ServiceLifetime? lifetime, string name)
    {
        var instances = new Instances();
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc();
                builder.Services.AddSingleton(instances);
                Register<Disposable>(builder.Services, lifetime);
                Register<DisposableAsync>(builder.Services, lifetime);
            },
            app =>
            {
                app.MapMprpcService<Disposable>(0).WithPrefix("disposable");
                app.MapMprpcService<DisposableAsync>(0).WithPrefix("disposable_async");
            });
        await using var client = new MprpcClient($"tcp://{host.Endpoints[name == "disposable" ? 0 : 1]}");

        bool wasDisposed = await client.CallAsync<bool>(name + ".work").InTime();
        bool wasDisposedLater = await client.CallAsync<bool>(name + ".work_later").InTime();
        await Bounded.Until(() => instances.Disposed == 2, "two disposals");

        Assert.False(wasDisposed);
        Assert.False(wasDisposedLater);
        Assert.Equal(2, instances.Disposed);
    }

    [Fact]
    public async Task Disposable_Singleton_LivesOn()
    {
        var instances = new Instances();
        await using RpcHost host = await RpcHost.StartAsync<Disposable>(services: services => services.AddSingleton(instances).AddSingleton<Disposable>());
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync<bool>("work").InTime();
        await client.CallAsync<bool>("work_later").InTime();

        Assert.Equal(0, instances.Disposed);
    }

    [Theory]
    [InlineData("work")]
    [InlineData("work_later")]
    public async Task Scope_WhoseDisposalTakesLong_DoesNotHoldTheAnswerUp(string method)
    {
        var gate = new Gate();
        await using RpcHost host = await RpcHost.StartAsync<Gated>(services: services => services.AddSingleton(gate).AddScoped<GatedResource>());
        await using MprpcClient client = host.CreateClient();

        int answer = await client.CallAsync<int>(method).InTime();
        bool wasDisposed = gate.Passed;
        gate.Open.SetResult();
        await Bounded.Until(() => gate.Passed, "disposal");

        Assert.Equal(1, answer);
        Assert.False(wasDisposed);
    }

    [Fact]
    public async Task Scope_WhoseDisposalBlocksItsThread_DoesNotHoldTheConnectionUp()
    {
        using var gate = new ManualResetEventSlim();
        await using RpcHost host = await RpcHost.StartAsync<BlockingDisposal>(services: services => services.AddSingleton(gate));
        await using MprpcClient client = host.CreateClient();

        int first = await client.CallAsync<int>("work", true).InTime();
        int second = await client.CallAsync<int>("work", false).InTime();
        gate.Set();

        Assert.Equal([1, 1], [first, second]);
    }

    [Fact]
    public async Task Scope_WhoseDisposalFails_IsLoggedAndTheConnectionGoesOn()
    {
        await using RpcHost host = await RpcHost.StartAsync<FailingDisposal>();
        await using MprpcClient client = host.CreateClient();

        int first = await client.CallAsync<int>("work").InTime();
        LogEntry logged = await host.Log.WaitForAsync(15);
        int second = await client.CallAsync<int>("work").InTime();

        Assert.Equal([1, 1], [first, second]);
        Assert.Equal("ScopeDisposalFailed", logged.Event.Name);
        Assert.IsType<InvalidTimeZoneException>(logged.Exception);
    }

    [Fact]
    public async Task Constructor_ThatThrows_AnswersErrorAndKeepsConnection()
    {
        await using RpcHost host = await RpcHost.StartAsync<ThrowingConstructor>();
        await using MprpcClient client = host.CreateClient();

        var first = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("work").InTime());
        var second = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("work").InTime());

        Assert.Equal("Internal error.", first.Message);
        Assert.Equal("Internal error.", second.Message);
    }

    [Theory]
    [InlineData("from_services", "plain")]
    [InlineData("from_keyed_services", "keyed")]
    [InlineData("from_context", "plain")]
    public async Task Parameter_FromServices_IsNotOnTheWire(string method, string expected)
    {
        await using RpcHost host = await StartWithParametersAsync();
        await using MprpcClient client = host.CreateClient();

        string text = await client.CallAsync<string>(method, 4).InTime();
        var exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<string>(method, 4, 5).InTime());

        Assert.Equal(expected + "4", text);
        Assert.Contains("takes 1 param;", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameter_CallContext_TellsOfTheCall()
    {
        await using RpcHost host = await StartWithParametersAsync();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 2a a86465736372696265 90");
        string answer = await peer.ReadMessageAsync();

        MessagePattern.AssertMatches("94 01 2a c0 \"describe 42 False anonymous True True\"", answer);
    }

    [Fact]
    public async Task Parameter_CancellationToken_IsCancelledWhenTheConnectionIsLost()
    {
        var probe = new Probe();
        await using RpcHost host = await StartWithParametersAsync(probe);
        RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 a477616974 90");
        await probe.Entered.Task.InTime();
        peer.Reset();

        await probe.Cancelled.Task.InTime();
    }

    [Theory]
    [InlineData("90", "-7 seven Blue 1.5 null null")]
    [InlineData("91 01", "1 seven Blue 1.5 null null")]
    [InlineData("93 01 a178 02", "1 x Green 1.5 null null")]
    [InlineData("96 01 a178 02 cb4000000000000000 05 a179", "1 x Green 2 5 y")]
    [InlineData("96 01 c0 02 cb4000000000000000 c0 c0", "1 null Green 2 null null")]
    public async Task Parameter_LeftOut_TakesItsDefault(string arguments, string expected)
    {
        await using RpcHost host = await StartWithParametersAsync();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 a864656661756c7473" + arguments);
        string answer = await peer.ReadMessageAsync();

        MessagePattern.AssertMatches($"94 01 01 c0 \"{expected}\"", answer);
    }

    [Fact]
    public async Task Parameter_NullableEnumLeftOut_TakesItsDefault()
    {
        await using RpcHost host = await StartWithParametersAsync();
        await using MprpcClient client = host.CreateClient();

        string text = await client.CallAsync<string>("more_defaults").InTime();

        Assert.Equal("Green 5 0001 00000000-0000-0000-0000-000000000000", text);
    }

    private static async Task<List<int>> CallTwiceAsync(Action<IServiceCollection> register)
    {
        await using RpcHost host = await RpcHost.StartAsync<Counted>(services: services =>
        {
            services.AddSingleton<Instances>();
            register(services);
        });
        await using MprpcClient client = host.CreateClient();

        return [await client.CallAsync<int>("number").InTime(), await client.CallAsync<int>("number").InTime()];
    }

    private static Task<RpcHost> StartWithParametersAsync(Probe? probe = null)
        => RpcHost.StartAsync<Parameters>(services: services => services
            .AddSingleton(probe ?? new Probe())
            .AddScoped(_ => new Text("plain"))
            .AddKeyedScoped("key", (_, _) => new Text("keyed")));

    private static void Register<T>(IServiceCollection services, ServiceLifetime? lifetime)
    {
        if (lifetime is { } known)
        {
            services.Add(new ServiceDescriptor(typeof(T), typeof(T), known));
        }
    }

    private interface ICounted
    {
        int Number();
    }

    private enum Colour
    {
        Red,
        Blue,
        Green,
    }

    private sealed record Text(string Value);

    private sealed class Instances
    {
        private int _created;
        private int _disposed;

        public int Disposed => Volatile.Read(ref _disposed);

        public int Create() => Interlocked.Increment(ref _created);

        public void Dispose() => Interlocked.Increment(ref _disposed);
    }

    private sealed class Counted(Instances instances) : ICounted
    {
        private readonly int _number = instances.Create();

        public int Number() => _number;
    }

    private sealed class Disposable(Instances instances) : IDisposable
    {
        private bool _isDisposed;

        public bool Work() => _isDisposed;

        public async Task<bool> WorkLaterAsync()
        {
            await Task.Yield();
            return _isDisposed;
        }

        public void Dispose()
        {
            _isDisposed = true;
            instances.Dispose();
        }
    }

    private sealed class DisposableAsync(Instances instances) : IAsyncDisposable
    {
        private bool _isDisposed;

        public bool Work() => _isDisposed;

        public async Task<bool> WorkLaterAsync()
        {
            await Task.Yield();
            return _isDisposed;
        }

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            _isDisposed = true;
            instances.Dispose();
        }
    }

    private sealed class Gate
    {
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Passed { get; set; }
    }

    private sealed class GatedResource(Gate gate) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await gate.Open.Task;
            gate.Passed = true;
        }
    }

    private sealed class Gated(GatedResource resource)
    {
        public int Work() => resource is null ? 0 : 1;

        public async Task<int> WorkLaterAsync()
        {
            await Task.Yield();
            return Work();
        }
    }

    private sealed class BlockingDisposal(ManualResetEventSlim gate) : IDisposable
    {
        private bool _blocks;

        public int Work(bool blocks)
        {
            _blocks = blocks;
            return 1;
        }

        public void Dispose()
        {
            if (_blocks)
            {
                gate.Wait(Bounded.Time);
            }
        }
    }

    private sealed class FailingDisposal : IDisposable
    {
        public int Work() => 1;

        public void Dispose() => throw new InvalidTimeZoneException("at disposal");
    }

    private sealed class ThrowingConstructor
    {
        public ThrowingConstructor() => throw new InvalidTimeZoneException("of the inside");

        public int Work() => 1;
    }

    private sealed class Probe
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Parameters(Probe probe)
    {
        public string FromServices([FromServices] Text text, int number) => text.Value + number.ToString(CultureInfo.InvariantCulture);

        public string FromKeyedServices(int number, [FromKeyedServices("key")] Text text) => text.Value + number.ToString(CultureInfo.InvariantCulture);

        public string FromContext(int number, MprpcCallContext context) => FromServices(context.Services.GetRequiredService<Text>(), number);

        public string Describe(MprpcCallContext context)
            => $"{context.Method} {context.MessageId} {context.IsNotification} {context.User.Identity?.Name ?? "anonymous"} "
                + $"{context.Connection.RemoteEndPoint is not null} {context.CancellationToken.CanBeCanceled}";

        public async Task WaitAsync(CancellationToken cancellationToken)
        {
            probe.Entered.SetResult();

            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                probe.Cancelled.SetResult();
                throw;
            }
        }

        public string Defaults(int number = -7, string? text = "seven", Colour colour = Colour.Blue, double ratio = 1.5, int? maybe = null, string? last = null)
            => string.Create(
                CultureInfo.InvariantCulture,
                $"{number} {text ?? "null"} {colour} {ratio} {maybe?.ToString(CultureInfo.InvariantCulture) ?? "null"} {last ?? "null"}");

        public string MoreDefaults(
            Colour? colour = Colour.Green, long? number = 5, DateTime date = default, Guid id = default, CancellationToken cancellationToken = default)
            => string.Create(CultureInfo.InvariantCulture, $"{colour} {number} {date:yyyy} {id}");
    }
}
