using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Connections;
using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Connections;

/// <summary>Which silences end a connection, and which do not, by a clock that the test moves.</summary>
public sealed class ConnectionWatchTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task PartialMessage_GoesOnTooSlowly_EndsTheConnectionAndSaysHowSlowly()
    {
        await using InMemoryConnection peer = Serve(new Probe(), new() { PartialMessageTimeout = TimeSpan.FromSeconds(5), MinPartialMessageRate = 10 });

        await peer.SendAsync("94 00 01 a3");
        await TickAsync(peer, seconds: 5);
        bool lives = !peer.Ended.IsCompleted;
        await TickAsync(peer, seconds: 3);
        Exception? reason = await peer.Ended.WaitAsync(InMemoryConnection.Deadline);

        Assert.True(lives);
        Assert.Matches(
            @"^The peer began a message and sent 4 bytes of it in \d s; allowed are 5 s, then 10 bytes/s at least\. Raise Options\.PartialMessageTimeout",
            Assert.IsType<MprpcProtocolException>(reason).Message);
    }

    [Fact]
    public async Task PartialMessage_BringsTheRateThatIsAsked_MayTakeLonger()
    {
        await using InMemoryConnection peer = Serve(new Probe(), new() { PartialMessageTimeout = TimeSpan.FromSeconds(2), MinPartialMessageRate = 10 });
        byte[] message = Hex.Bytes($"94 00 01 a5 6279746573 91 c4c8 {Repeat("00", 200)}");

        for (int sent = 0; sent < message.Length; sent += 30)
        {
            await peer.SendAsync(message.AsMemory(sent, Math.Min(30, message.Length - sent)));
            await TickAsync(peer, seconds: 1);
        }

        Assert.Equal($"940101c0c4c8{Repeat("00", 200)}", await peer.ReadAsync());
    }

    [Fact]
    public async Task Write_MakesNoProgress_EndsTheConnectionAfterWriteTimeout()
    {
        PipeWriter output = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1)).Writer;      // nobody reads it
        await using InMemoryConnection peer = Serve(new Probe(), new() { WriteTimeout = TimeSpan.FromSeconds(5) }, output);

        await peer.SendAsync("94 00 01 SUM");
        await Bounded.Until(() => peer.Connection.Output.IsWriting, "a write that waits").WaitAsync(InMemoryConnection.Deadline);
        await TickAsync(peer, seconds: 4);
        bool lives = !peer.Ended.IsCompleted;
        Task<Exception?> ended = peer.Ended;
        await TickAsync(peer, seconds: 4);

        Assert.True(lives);
        Assert.Contains(
            "The peer has read nothing for",
            Assert.IsType<MprpcProtocolException>(await ended.WaitAsync(InMemoryConnection.Deadline)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task HalfClose_CallsGoOnForTooLong_EndsTheConnectionAndCancelsThem()
    {
        var service = new Waiting();
        await using InMemoryConnection peer = Serve(service, new() { HalfCloseTimeout = TimeSpan.FromSeconds(5) });

        await peer.SendAsync("94 00 01 a4 77616974 90");
        await service.Entered.Task.WaitAsync(InMemoryConnection.Deadline);
        peer.Finish();
        await TickAsync(peer, seconds: 4);
        bool lives = !peer.Ended.IsCompleted;
        await TickAsync(peer, seconds: 60);      // ends with the connection
        Exception? reason = await peer.Ended.WaitAsync(InMemoryConnection.Deadline);

        Assert.True(lives);
        Assert.Contains("has ended its side, and 1 of its calls have gone on", Assert.IsType<MprpcProtocolException>(reason).Message, StringComparison.Ordinal);
        await service.Cancelled.Task.WaitAsync(InMemoryConnection.Deadline);
    }

    [Fact]
    public async Task Idle_NothingIsSaid_EndsInGoodOrderButNotWhileACallRuns()
    {
        var service = new Waiting();
        await using InMemoryConnection peer = Serve(service, new() { IdleTimeout = TimeSpan.FromSeconds(5) });

        await peer.SendAsync("94 00 01 a4 77616974 90");
        await service.Entered.Task.WaitAsync(InMemoryConnection.Deadline);
        await TickAsync(peer, seconds: 20);
        bool livesWhileACallRuns = !peer.Ended.IsCompleted;
        service.Answer.SetResult(7);
        string answer = await peer.ReadAsync();
        await Bounded.Until(() => peer.Connection.RunningCalls.Count == 0, "the end of the call").WaitAsync(InMemoryConnection.Deadline);
        await TickAsync(peer, seconds: 8);

        Assert.True(livesWhileACallRuns);
        Assert.Equal("940101c007", answer);
        Assert.Null(await peer.Ended.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task OnTick_TheTransportIsResetWhileTheLoopIsDeaf_EndsTheConnection()
    {
        bool isReset = false;
        var service = new Waiting();
        await using InMemoryConnection peer = Serve(service, new(), isReset: () => isReset, maxRunningCalls: 1);

        await peer.SendAsync(Repeat("94 00 01 a4 77616974 90", 20_000));
        await service.Entered.Task.WaitAsync(InMemoryConnection.Deadline);
        await TickAsync(peer, seconds: 3);
        bool lives = !peer.Ended.IsCompleted;
        isReset = true;
        await Bounded.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return peer.Ended.IsCompleted;
            },
            "the end of the connection");

        Assert.True(lives);
        Assert.Equal("The peer has reset the connection.", Assert.IsType<IOException>(await peer.Ended.WaitAsync(InMemoryConnection.Deadline)).Message);
    }

    private InMemoryConnection Serve<TService>(
        TService service, Deadlines deadlines, PipeWriter? output = null, Func<bool>? isReset = null, int maxRunningCalls = 100)
        where TService : class
        => new(
            () => InMemoryConnection.DispatcherOf(service),
            _clock,
            output: output,
            isReset: isReset,
            limits: new ConnectionLimits(4 * 1024 * 1024, 64, maxRunningCalls, "Options")
            {
                PartialMessageTimeout = deadlines.PartialMessageTimeout,
                MinPartialMessageRate = deadlines.MinPartialMessageRate,
                WriteTimeout = deadlines.WriteTimeout,
                HalfCloseTimeout = deadlines.HalfCloseTimeout,
                IdleTimeout = deadlines.IdleTimeout,
            });

    /// <summary>Lets time pass, a heartbeat a second; before each the connection has handled what it was sent.</summary>
    private async Task TickAsync(InMemoryConnection peer, int seconds)
    {
        for (int i = 0; i < seconds && !peer.Ended.IsCompleted; i++)
        {
            await Task.Delay(20);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private static string Repeat(string hex, int count) => string.Concat(Enumerable.Repeat(hex, count));

    /// <summary>Those of <see cref="ConnectionLimits"/>, none of them on.</summary>
    private sealed record Deadlines
    {
        public TimeSpan PartialMessageTimeout { get; init; } = TimeSpan.MaxValue;

        public double MinPartialMessageRate { get; init; }

        public TimeSpan WriteTimeout { get; init; } = TimeSpan.MaxValue;

        public TimeSpan HalfCloseTimeout { get; init; } = TimeSpan.MaxValue;

        public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;
    }

    internal sealed class Waiting
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<int> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<int> WaitAsync(CancellationToken cancellationToken)
        {
            Entered.TrySetResult();

            try
            {
                return await Answer.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Cancelled.TrySetResult();
                throw;
            }
        }
    }
}
