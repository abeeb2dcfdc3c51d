using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Connections;

/// <summary>What ends a call before its method does, whatever way the call runs.</summary>
public sealed class CallControlTests
{
    public enum Way
    {
        Awaited,
        Guarded,
        Offloaded,
        HeldUp,
        GuardedAndOffloaded,
    }

    public enum Ending
    {
        Cancel,
        CancelRequest,
        Deadline,
        Loss,
    }

    public static TheoryData<Way, Ending, bool> WaysAndEvents
        => [.. from way in Enum.GetValues<Way>() from what in Enum.GetValues<Ending>() from isRequest in new[] { true, false }
               where isRequest || what is Ending.Deadline or Ending.Loss select new TheoryDataRow<Way, Ending, bool>(way, what, isRequest)];

    [Theory]
    [MemberData(nameof(WaysAndEvents))]
    public async Task Token_OfACallThatRuns_FiresOnceAndTheCallIsAnsweredOnce(Way way, Ending what, bool isRequest)
    {
        await using ControlledPeer peer = Serve(way, out string method);
        string options = what == Ending.Deadline ? ControlBytes.Timeout(50) : "c0";

        await peer.SendAsync(isRequest ? ControlBytes.Call(5, options, method) : ControlBytes.CallNotification(options, method));
        await peer.EnteredAsync();
        Task<(long Id, string? Error)> answer = isRequest && what != Ending.Loss ? peer.ReadAsync() : Task.FromResult((5L, (string?)null));

        switch (what)
        {
            case Ending.Cancel:
                await peer.SendAsync(ControlBytes.Cancel(5), ControlBytes.Cancel(5));
                break;
            case Ending.CancelRequest:
                await peer.SendAsync(ControlBytes.Notification("$/cancelRequest", "9105"));
                break;
            case Ending.Deadline:
                await peer.TickAsync(peer.Service.Cancelled.Task.ContinueWith(_ => 0, TaskScheduler.Default));
                break;
            default:
                peer.Peer.Connection.Abort();
                break;
        }

        await peer.Service.Cancelled.Task.WaitAsync(InMemoryConnection.Deadline);
        (long id, string? error) = await answer.WaitAsync(InMemoryConnection.Deadline);
        await peer.UntilRunningAsync(0);

        Assert.Equal(5, id);
        Assert.Equal(1, peer.Service.Cancellations);

        if (what != Ending.Loss)
        {
            string? expected = !isRequest ? null
                : what == Ending.Deadline ? $"timeout: Method '{method}' took longer than 0.05 s, the time that the caller gave it."
                : "cancelled: The call was cancelled.";
            Assert.Equal(expected, error);
            await peer.Peer.AssertNothingElseAsync();
            Assert.Null(peer.Peer.Connection.Controlled.Find(5));
        }
    }

    [Theory]
    [InlineData(Way.Awaited)]
    [InlineData(Way.Guarded)]
    [InlineData(Way.HeldUp)]
    [InlineData(Way.Offloaded)]
    public async Task Deadline_OfAMethodThatGoesOn_IsAnsweredAtOnceAndThePlaceFreedAtTheEnd(Way way)
    {
        bool blocks = way is Way.HeldUp or Way.Offloaded;
        string method = blocks ? "hold" : "stubborn";
        await using var peer = new ControlledPeer(maxRunningCalls: 1, methods => Prepare(methods, way, method));

        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(50), method), ControlBytes.Request(6, "sum", "920102"));
        (long id, string? error) = await peer.TickAsync(peer.ReadAsync());
        await peer.Peer.AssertNothingElseAsync();
        int running = peer.Running.Count;
        peer.Service.Gate.SetResult();
        peer.Service.Released.SetResult();
        (long next, string? none) = await peer.ReadAsync();
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal((5, $"timeout: Method '{method}' took longer than 0.05 s, the time that the caller gave it."), (id, error));
        Assert.Equal(1, running);
        Assert.Equal((6, null), (next, none));
        Assert.Equal(1, peer.Service.Cancellations);
    }

    [Theory]
    [InlineData(50, 1000, "0.05 s, the time that the caller gave it.")]
    [InlineData(1000, 50, "0.05 s.")]
    public async Task Timeouts_OfCallerAndMethod_TheShorterCounts(int callers, int methods, string expected)
    {
        await using var peer = new ControlledPeer(configure: table =>
            ControlledPeer.Find(table, "stubborn").Policy = new MethodPolicy([], authorization: null, []) { Timeout = TimeSpan.FromMilliseconds(methods) });

        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(callers), "stubborn"));
        (long id, string? error) = await peer.TickAsync(peer.ReadAsync());
        peer.Service.Released.SetResult();
        await peer.UntilRunningAsync(0);
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal((5, $"timeout: Method 'stubborn' took longer than {expected}"), (id, error));
    }

    [Fact]
    public async Task Cancel_OfAMethodThatGoesOn_IsAnsweredWithItsResult()
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Request(5, "stubborn"), ControlBytes.Cancel(5));
        await peer.Service.Cancelled.Task.WaitAsync(InMemoryConnection.Deadline);
        await peer.Peer.AssertNothingElseAsync();
        peer.Service.Released.SetResult();
        string answer = await peer.Peer.ReadAsync();

        Assert.Equal("940105c007", answer);
    }

    [Fact]
    public async Task Cancel_ThenDeadline_IsAnsweredWithTimeoutOnce()
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(50), "stubborn"), ControlBytes.Cancel(5));
        (long _, string? error) = await peer.TickAsync(peer.ReadAsync());
        await peer.SendAsync(ControlBytes.Call(6, ControlBytes.Timeout(20), "stubborn"));     // another deadline is looked at
        (long second, string? _) = await peer.TickAsync(peer.ReadAsync());
        peer.Service.Released.SetResult();
        await peer.UntilRunningAsync(0);
        await peer.Peer.AssertNothingElseAsync();

        Assert.StartsWith("timeout: ", error, StringComparison.Ordinal);
        Assert.Equal(6, second);
        Assert.Equal(2, peer.Service.Cancellations);
    }

    [Fact]
    public async Task Callback_ThatThrows_HarmsNoOtherCall()
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Request(5, "throw_on_cancel"), ControlBytes.Request(6, "wait"));
        await peer.Service.Registered.Task.WaitAsync(InMemoryConnection.Deadline);
        await peer.SendAsync(ControlBytes.Cancel(5), ControlBytes.Cancel(6));
        (long, string?)[] answers = [await peer.ReadAsync(), await peer.ReadAsync()];
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal([(5, "cancelled: The call was cancelled."), (6, "cancelled: The call was cancelled.")], answers.Order());
    }

    [Fact]
    public async Task Callback_ThatBlocks_HoldsNoOtherCallUp()
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Request(5, "block_on_cancel"), ControlBytes.Request(6, "wait"));
        await peer.SendAsync(ControlBytes.Cancel(5), ControlBytes.Cancel(6), ControlBytes.Request(7, "sum", "920102"));
        (long, string?)[] answers = [await peer.ReadAsync(), await peer.ReadAsync()];
        peer.Service.Gate.SetResult();
        (long last, string? _) = await peer.ReadAsync();

        Assert.Equal([(6, "cancelled: The call was cancelled."), (7, null)], answers.Order());
        Assert.Equal(5, last);
    }

    [Theory]
    [InlineData("block_on_cancel")]
    [InlineData("throw_on_cancel")]
    public async Task Callback_AtTheDeadline_DelaysNoOtherDeadline(string method)
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(20), method), ControlBytes.Call(6, ControlBytes.Timeout(50), "wait"));
        (long first, string? _) = await peer.TickAsync(peer.ReadAsync());
        (long second, string? _) = await peer.TickAsync(peer.ReadAsync());
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal((5, 6), (first, second));
    }

    [Fact]
    public async Task Token_ThatIsKeptAfterTheEnd_IsNotToldOfOtherCalls()
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Request(5, "keep"));
        await peer.ReadAsync();
        CancellationToken kept = peer.Service.Token;
        await peer.SendAsync(ControlBytes.Request(5, "wait"), ControlBytes.Cancel(5));
        (long _, string? error) = await peer.ReadAsync();

        Assert.Equal("cancelled: The call was cancelled.", error);
        Assert.False(kept.IsCancellationRequested);
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("cf7fffffffffffffff")]
    [InlineData("cfffffffffffffffff")]
    [InlineData("cf000346dc5d638864")]      // just below what TimeSpan holds
    [InlineData("cf000346dc5d638865")]
    [InlineData("ce7fffffff")]
    public async Task Timeout_OfAnySize_NeitherFailsNorEndsTheCallEarly(string milliseconds)
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Call(5, $"81{ControlBytes.Text("timeout")}{milliseconds}", "keep"));
        (long _, string? error) = await peer.ReadAsync();
        peer.Clock.Advance(TimeSpan.FromDays(20));
        await peer.Peer.AssertNothingElseAsync();

        if (milliseconds == "ff")
        {
            Assert.Equal("Option 'timeout' of method '$/call' must be a number of milliseconds, 0 or more.", error);
        }
        else
        {
            Assert.Null(error);
            Assert.False(peer.Service.Token.IsCancellationRequested);
            Assert.True(peer.Service.Context!.Deadline is null || peer.Service.Context.Deadline > peer.Clock.GetUtcNow());
        }
    }

    [Fact]
    public async Task Context_OfACallWithATimeout_TellsWhatIsLeft()
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(5000), "keep"));
        await peer.ReadAsync();
        TimeSpan before = peer.Service.Context!.TimeLeft;
        peer.Clock.Advance(TimeSpan.FromSeconds(2));
        TimeSpan after = peer.Service.Context.TimeLeft;
        DateTimeOffset? deadline = peer.Service.Context.Deadline;
        peer.Clock.Advance(TimeSpan.FromSeconds(9));

        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(3)), (before, after));
        Assert.Equal(peer.Clock.GetUtcNow() - TimeSpan.FromSeconds(6), deadline);
        Assert.Equal(TimeSpan.Zero, peer.Service.Context.TimeLeft);
    }

    [Fact]
    public async Task Params_ReadAfterTheDeadlineHasAnswered_AreNotAnsweredAgain()
    {
        await using var peer = new ControlledPeer();
        RpcMethod method = ControlledPeer.Find(peer.Dispatcher.Methods, "large");
        using var control = new CallControl(peer.Peer.Connection, method, messageId: 5, turn: null);
        control.SetDeadline(peer.Clock.GetTimestamp(), TimeSpan.FromMilliseconds(50), isCallers: true);
        var call = new OffloadedCall(new IncomingCall(peer.Peer.Connection, 5, turn: null, loop: null, control), method, Hex.Bytes("a178"), paramsStart: 0,
            count: 1);

        (long id, string? error) = await peer.TickAsync(peer.ReadAsync());
        call.Execute();
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal((5, "timeout: Method 'large' took longer than 0.05 s, the time that the caller gave it."), (id, error));
        Assert.Equal(0, peer.Running.Count);
    }

    /// <summary>What can end such calls is used again, one after another; none may get what was another's.</summary>
    [Fact]
    public async Task CallsWithTimeouts_OfMethodsWithoutToken_EachHaveTheirOwn()
    {
        await using var peer = new ControlledPeer();
        string timeout = ControlBytes.Timeout(50);

        await peer.SendAsync(Sum(1, timeout), Sum(2, timeout), ControlBytes.Call(3, timeout, "plain"), Sum(4, timeout), Sum(5, ControlBytes.Timeout(60_000)));
        (long, string?)[] first = [await peer.ReadAsync(), await peer.ReadAsync(), await peer.ReadAsync(), await peer.ReadAsync()];
        (long id, string? error) = await peer.TickAsync(peer.ReadAsync());
        await peer.SendAsync(Sum(3, timeout));      // the msgid of the call that still runs
        (long, string?) again = await peer.ReadAsync();
        peer.Service.Released.TrySetResult();
        await peer.UntilRunningAsync(0);
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal([(1, null), (2, null), (4, null), (5, null)], first);
        Assert.Equal((3, "timeout: Method 'plain' took longer than 0.05 s, the time that the caller gave it."), (id, error));
        Assert.Equal((3, null), again);
    }

    [Fact]
    public async Task CallsWithTimeouts_BesideOneThatHoldsTheLoopUp_EachHaveTheirOwn()
    {
        await using var peer = new ControlledPeer();
        string timeout = ControlBytes.Timeout(50);

        await peer.SendAsync(Sum(1, timeout), ControlBytes.Call(2, timeout, "hold_plain"), Sum(3, timeout), Sum(4, timeout));
        (long, string?)[] sums = [await peer.ReadAsync(), await peer.ReadAsync(), await peer.ReadAsync()];
        (long id, string? error) = await peer.TickAsync(peer.ReadAsync());
        await peer.SendAsync(Sum(5, timeout));
        (long, string?) before = await peer.ReadAsync();
        peer.Service.Gate.TrySetResult();
        await peer.UntilRunningAsync(0);
        await peer.SendAsync(Sum(6, timeout));
        (long, string?) after = await peer.ReadAsync();
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal([(1, null), (3, null), (4, null)], sums);
        Assert.Equal((2, "timeout: Method 'hold_plain' took longer than 0.05 s, the time that the caller gave it."), (id, error));
        Assert.Equal((5, null), before);
        Assert.Equal((6, null), after);
    }

    [Fact]
    public async Task CallThatHasEnded_OnAConnectionThatWaits_IsNotKept()
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Request(1, "remember"));
        (long, string?) answer = await peer.ReadAsync();

        Assert.Equal((1, null), answer);
        await Bounded.Until(
            () =>
            {
                GC.Collect();
                return !peer.Service.Mark.IsAlive;
            },
            "the end of what the call's token keeps");
    }

    private static string Sum(int id, string options) => ControlBytes.Call(id, options, "sum", "920102");

    private static ControlledPeer Serve(Way way, out string method)
    {
        string name = way is Way.HeldUp or Way.Offloaded or Way.GuardedAndOffloaded ? "block" : "wait";
        method = name;
        return new ControlledPeer(configure: methods => Prepare(methods, way, name));
    }

    private static void Prepare(MethodTable methods, Way way, string name)
    {
        RpcMethod method = ControlledPeer.Find(methods, name);

        if (way is Way.Guarded or Way.GuardedAndOffloaded)
        {
            method.Policy = new MethodPolicy([new PassThrough()], authorization: null, []);
        }

        if (way is Way.Offloaded or Way.GuardedAndOffloaded)
        {
            method.MarkBlocking();
        }
    }
}
