using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Tests.Kit;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Connections;

/// <summary>A caller that has not been let in learns nothing of a method, not even that it takes long.</summary>
public sealed class HiddenCallTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deadline_BeforeTheCallerIsLetIn_IsNotToldWhateverElseHasEndedTheCall(bool isCancelledBefore)
    {
        var door = new Door();
        await using var peer = new ControlledPeer(configure: methods => ControlledPeer.Find(methods, "wait").Policy = new MethodPolicy([], door, []));

        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(20), "wait"), isCancelledBefore ? ControlBytes.Cancel(5) : "");
        await peer.SendAsync(ControlBytes.Call(6, ControlBytes.Timeout(200), "stubborn"), ControlBytes.Call(7, ControlBytes.Timeout(400), "stubborn"));
        (long first, string? _) = await peer.TickAsync(peer.ReadAsync());
        (long second, string? _) = await peer.TickAsync(peer.ReadAsync());
        await peer.Peer.AssertNothingElseAsync();
        door.Verdict.SetResult(new RpcError(RpcErrorKind.Handler, "No such method, or not for you.", ErrorCode.Forbidden));
        (long hidden, string? error) = await peer.ReadAsync();
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal((6, 7), (first, second));
        Assert.Equal((5, "forbidden: No such method, or not for you."), (hidden, error));
    }

    [Fact]
    public async Task Deadline_BeforeTheCallerIsLetIn_IsToldWhenItIs()
    {
        var door = new Door();
        await using var peer = new ControlledPeer(configure: methods => ControlledPeer.Find(methods, "wait").Policy = new MethodPolicy([], door, []));

        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(20), "wait"), ControlBytes.Call(6, ControlBytes.Timeout(200), "stubborn"));
        await peer.TickAsync(peer.ReadAsync());
        door.Verdict.SetResult(null);
        (long id, string? error) = await peer.ReadAsync();

        Assert.Equal((5, "timeout: Method 'wait' took longer than 0.02 s, the time that the caller gave it."), (id, error));
        Assert.Equal(1, peer.Service.Begun);        // the other one
    }

    [Fact]
    public async Task Deadline_ThatEndsWhatStandsBefore_IsAnsweredWithoutTheMethodsName()
    {
        var door = new Door();
        await using var peer = new ControlledPeer(configure: methods => ControlledPeer.Find(methods, "wait").Policy = new MethodPolicy([new Patience()], door,
            []));

        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(20), "wait"));
        (long id, string? error) = await peer.TickAsync(peer.ReadAsync());

        Assert.Equal((5, "timeout: The call took longer than it may."), (id, error));
    }

    [Fact]
    public async Task Deadline_OfAnUnknownNameThatWaitsForItsPolicy_CountsAsOfAMethod()
    {
        var methods = new MethodTable([]);
        var unknown = new UnknownMethod { Policy = new MethodPolicy([new Patience()], authorization: null, []) };
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var peer = new InMemoryConnection(
            () => new Dispatcher(methods, MprpcSerializerOptions.Default, MprpcErrorShape.Message, enableDetailedErrors: false) { Unknown = unknown }, clock);

        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(20), "nope"));
        Task<string> answer = peer.ReadAsync();
        await Bounded.Until(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(10));
                return answer.IsCompleted;
            },
            "the answer");

        Assert.StartsWith("timeout: ", ControlBytes.Read(await answer).Error, StringComparison.Ordinal);
    }

    /// <summary>Lets callers in or not, when the test says so; hidden until then.</summary>
    private sealed class Door : CallAuthorization
    {
        public TaskCompletionSource<RpcError?> Verdict { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool HidesMethods => true;

        public override bool? TryAuthorize(RpcConnection connection) => null;

        public override async ValueTask<RpcError?> AuthorizeAsync(CallContext context) => await Verdict.Task;

        public override RpcError Denied(RpcConnection connection) => throw new NotSupportedException();
    }

    /// <summary>Waits until the call's token fires, as a queue of a rate limiter does.</summary>
    private sealed class Patience : IMprpcFilter
    {
        public async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
            => await Task.Delay(System.Threading.Timeout.Infinite, call.Context.CancellationToken);
    }
}
