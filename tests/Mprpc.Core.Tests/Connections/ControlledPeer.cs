using Microsoft.Extensions.Time.Testing;
using Mprpc.Binding;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Connections;

/// <summary>A connection that serves <see cref="ControlledService"/>, by a clock that the test moves.</summary>
internal sealed class ControlledPeer : IAsyncDisposable
{
    public ControlledPeer(
        int maxRunningCalls = 100,
        Action<MethodTable>? configure = null,
        MprpcErrorShape errors = MprpcErrorShape.Message,
        bool extensions = true,
        ConnectionLimits? limits = null)
    {
        var methods = new MethodTable(ServiceModel.Build(new InstanceTarget<ControlledService>(Service), MprpcNamingPolicy.SnakeCase, null));
        configure?.Invoke(methods);
        Dispatcher = new Dispatcher(methods, MprpcSerializerOptions.Default, errors, enableDetailedErrors: true, extensions);
        Peer = new InMemoryConnection(() => Dispatcher, Clock, maxRunningCalls, limits: limits);
    }

    public FakeTimeProvider Clock { get; } = new();

    public ControlledService Service { get; } = new();

    public Dispatcher Dispatcher { get; }

    public InMemoryConnection Peer { get; }

    public RunningCalls Running => Peer.Connection.RunningCalls;

    public static RpcMethod Find(MethodTable methods, string name) => methods.Methods.Single(method => method.WireName == name);

    public Task SendAsync(params string[] messages) => Peer.SendAsync(string.Concat(messages));

    public Task<(long Id, string? Error)> ReadAsync() => Peer.ReadAnswerAsync();

    public Task EnteredAsync() => Service.Entered.Task.WaitAsync(InMemoryConnection.Deadline);

    /// <summary>Waits until so many calls run.</summary>
    public Task UntilRunningAsync(int count) => Bounded.Until(() => Running.Count == count, $"{count} calls that run");

    /// <summary>Lets time pass until a task has ended: what looks at the clock is set by other threads.</summary>
    public async Task<T> TickAsync<T>(Task<T> until, int milliseconds = 10)
    {
        await Bounded.Until(
            () =>
            {
                Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
                return until.IsCompleted;
            },
            "what happens in time");
        return await until;
    }

    public ValueTask DisposeAsync()
    {
        Service.Gate.TrySetResult();
        Service.Released.TrySetResult();
        return Peer.DisposeAsync();
    }
}
