using System.Diagnostics;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Policies;

/// <summary>What a call that is made for a served call gets of it: time, cancellation, trace (PropagateCallContext).</summary>
public sealed class PropagationTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Theory]
    [InlineData(1000, 2000, 1000)]
    [InlineData(2000, 1000, 1000)]
    [InlineData(1000, null, 1000)]
    [InlineData(null, 1000, 1000)]
    [InlineData(null, null, null)]
    public async Task Deadline_OfTheServedCall_IsPassedOnWhereItIsSooner(int? outer, int? own, int? expected)
    {
        await using Hosts hosts = await Hosts.StartAsync(options => options.CallTimeout = Seconds(own));

        Seen seen = await hosts.Client.CallAsync<Seen>("look", new MprpcCallOptions { Timeout = Seconds(outer) }).InTime();

        if (expected is null)
        {
            Assert.Equal(Timeout.InfiniteTimeSpan, seen.Left);
        }
        else
        {
            Assert.InRange(seen.Left, TimeSpan.FromTicks(1), Seconds(expected)!.Value);

            // It is told in whole milliseconds, rounded up.
            TimeSpan outside = seen.LeftOutside + TimeSpan.FromMilliseconds(1);
            Assert.True(outer != expected || seen.Left < outside, $"{seen.Left} is not less than {outside}.");
        }
    }

    [Fact]
    public async Task Deadline_IsOver_SendsNothing()
    {
        await using Hosts hosts = await Hosts.StartAsync();

        var options = new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(30) };
        await Assert.ThrowsAnyAsync<Exception>(() => hosts.Client.CallAsync("too_late", options).InTime());
        Exception thrown = await hosts.Outer.Thrown.Task.InTime();

        Assert.Contains("'too_late'", Assert.IsType<TimeoutException>(thrown).Message, StringComparison.Ordinal);
        Assert.Equal(0, hosts.Inner.Looks);
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("wait_with_token")]
    public async Task Cancel_OfTheServedCall_CancelsTheOneMadeForIt(string method)
    {
        await using Hosts hosts = await Hosts.StartAsync();
        using var source = new CancellationTokenSource();
        Task call = hosts.Client.CallAsync(method, source.Token).AsTask();
        await hosts.Inner.Waiting.Task.InTime();

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.InTime());
        await hosts.Inner.Cancelled.Task.InTime();
        Assert.IsType<OperationCanceledException>(await hosts.Outer.Thrown.Task.InTime(), exactMatch: false);
    }

    [Fact]
    public async Task Trace_OfTheCaller_IsPassedOnAndTheRestIsNot()
    {
        await using Hosts hosts = await Hosts.StartAsync();
        var metadata = new MprpcMetadata { ["traceparent"] = Parent, ["tracestate"] = "a=b", ["baggage"] = "k=v", ["tenant"] = "x" };

        Seen seen = await hosts.Client.CallAsync<Seen>("look", new MprpcCallOptions { Metadata = metadata }).InTime();

        Assert.Equal(["baggage=k=v", "traceparent=" + Parent, "tracestate=a=b"], seen.Metadata);
    }

    [Fact]
    public async Task Trace_OfARunningActivity_GoesBeforeTheCallers()
    {
        await using Hosts hosts = await Hosts.StartAsync();
        var metadata = new MprpcMetadata { ["traceparent"] = Parent, ["tracestate"] = "a=b", ["baggage"] = "k=v" };

        Seen seen = await hosts.Client.CallAsync<Seen>("look_in_activity", new MprpcCallOptions { Metadata = metadata }).InTime();

        Assert.Equal(["baggage=k=v", "traceparent=" + hosts.Outer.ActivityId], seen.Metadata);
        Assert.StartsWith("00-", hosts.Outer.ActivityId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c")]
    [InlineData("<script>")]
    public async Task Trace_ThatIsNone_IsNotPassedOn(string parent)
    {
        await using Hosts hosts = await Hosts.StartAsync();
        var metadata = new MprpcMetadata { ["traceparent"] = parent, ["tracestate"] = "a=b", ["baggage"] = "k=v" };

        Seen seen = await hosts.Client.CallAsync<Seen>("look", new MprpcCallOptions { Metadata = metadata }).InTime();

        Assert.Empty(seen.Metadata);
    }

    [Fact]
    public async Task Metadata_OfTheCallItself_StaysAndWhatDoesNotFitIsLeftOut()
    {
        await using Hosts hosts = await Hosts.StartAsync();
        var metadata = new MprpcMetadata { ["traceparent"] = Parent, ["baggage"] = "k=" + new string('v', 5000) };

        Seen seen = await hosts.Client.CallAsync<Seen>("look_with_metadata", new MprpcCallOptions { Metadata = metadata }).InTime();

        Assert.Equal(["own 4000", "traceparent=" + Parent], [$"own {seen.Metadata[0].Length - "own=".Length}", seen.Metadata[1]]);
        Assert.Equal(2, seen.Metadata.Length);
        Assert.Single(hosts.Outer.Own);
    }

    [Fact]
    public async Task Call_MadeForNone_StaysAsItIs()
    {
        await using Hosts hosts = await Hosts.StartAsync();
        IInner inner = hosts.Application.Services.GetRequiredService<IInner>();
        var options = new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1000), Metadata = new MprpcMetadata { ["traceparent"] = Parent } };

        Seen outside = await inner.LookAsync().InTime();
        await hosts.Client.CallAsync("look_later", options).InTime();
        hosts.Outer.Gate.SetResult();
        Seen after = await hosts.Outer.Later!.InTime();

        Assert.All([outside, after], seen => Assert.Equal((Timeout.InfiniteTimeSpan, 0), (seen.Left, seen.Metadata.Length)));
    }

    [Fact]
    public async Task Server_DoesNotKnowTheExtensions_IsCalledWithoutTheTrace()
    {
        await using Hosts hosts = await Hosts.StartAsync(options => options.Extensions = MprpcExtensions.Never);
        var options = new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1000), Metadata = new MprpcMetadata { ["traceparent"] = Parent } };

        Seen seen = await hosts.Client.CallAsync<Seen>("look", options).InTime();

        Assert.Equal((Timeout.InfiniteTimeSpan, 0), (seen.Left, seen.Metadata.Length));
    }

    [Theory]
    [InlineData(MprpcExtensions.Always, true, true)]
    [InlineData(MprpcExtensions.WhenUsed, true, true)]
    [InlineData(MprpcExtensions.Never, true, false)]
    [InlineData(MprpcExtensions.Always, false, false)]
    public async Task Notification_MadeForACall_HasItsTraceAndNotItsTime(MprpcExtensions mode, bool propagates, bool isTold)
    {
        await using Hosts hosts = await Hosts.StartAsync(options => options.Extensions = mode, propagates);
        var metadata = new MprpcMetadata { ["traceparent"] = Parent, ["tenant"] = "x" };

        await hosts.Client.CallAsync("tell", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1000), Metadata = metadata }).InTime();
        Seen seen = await hosts.Inner.Told.Task.InTime();

        Assert.Equal(Timeout.InfiniteTimeSpan, seen.Left);
        Assert.Equal(isTold ? ["traceparent=" + Parent] : [], seen.Metadata);
    }

    [Fact]
    public async Task Client_DoesNotPropagate_PassesNothingOn()
    {
        await using Hosts hosts = await Hosts.StartAsync(propagates: false);
        var options = new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1000), Metadata = new MprpcMetadata { ["traceparent"] = Parent } };

        Seen seen = await hosts.Client.CallAsync<Seen>("look", options).InTime();

        Assert.Equal((Timeout.InfiniteTimeSpan, 0), (seen.Left, seen.Metadata.Length));
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;

    [MprpcService]
    public interface IInner
    {
        Task<Seen> LookAsync();

        Task WaitAsync(CancellationToken cancellationToken);

        void Hear(int number);
    }

    /// <summary>What a call came with.</summary>
    public sealed record Seen(TimeSpan Left, string[] Metadata, TimeSpan LeftOutside = default);

    public sealed class Inner
    {
        private int _looks;

        public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Looks => Volatile.Read(ref _looks);

        public TaskCompletionSource<Seen> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Hear(int number, MprpcCallContext call) => Told.TrySetResult(Look(call));

        public Seen Look(MprpcCallContext call)
        {
            Interlocked.Increment(ref _looks);
            return new(call.TimeLeft, [.. call.Metadata.Select(entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal)]);
        }

        public async Task WaitAsync(CancellationToken cancellationToken)
        {
            Waiting.TrySetResult();

            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Cancelled.TrySetResult();
            }
        }
    }

    public sealed class Outer(IInner inner)
    {
        public TaskCompletionSource<Exception> Thrown { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public MprpcMetadata Own { get; } = new() { ["own"] = new string('x', 4000) };

        public string? ActivityId { get; private set; }

        public Task<Seen>? Later { get; private set; }

        public async Task<Seen> LookAsync(MprpcCallContext call)
        {
            TimeSpan left = call.TimeLeft;
            await Task.Yield();
            return await inner.LookAsync() with { LeftOutside = left };
        }

        public void Tell() => inner.Hear(1);

        public Task<Seen> LookWithMetadataAsync() => inner.With(new MprpcCallOptions { Metadata = Own }).LookAsync();

        public async Task<Seen> LookInActivityAsync()
        {
            using Activity activity = new Activity("outer").SetIdFormat(ActivityIdFormat.W3C).Start();
            ActivityId = activity.Id;
            return await inner.LookAsync();
        }

        public void LookLater()
        {
            Later = LookAfterTheCallAsync();

            async Task<Seen> LookAfterTheCallAsync()
            {
                await Gate.Task;
                return await inner.LookAsync();
            }
        }

        public Task WaitAsync() => NoteAsync(() => inner.WaitAsync(CancellationToken.None));

        public async Task WaitWithTokenAsync()
        {
            using var own = new CancellationTokenSource();
            await NoteAsync(() => inner.WaitAsync(own.Token));
        }

        public Task TooLateAsync(MprpcCallContext call) => NoteAsync(async () =>
        {
            await Bounded.Until(() => call.TimeLeft == TimeSpan.Zero, "the call's time is over");
            await inner.LookAsync();
        });

        private async Task NoteAsync(Func<Task> run)
        {
            try
            {
                await run();
            }
            catch (Exception exception)
            {
                Thrown.TrySetResult(exception);
                throw;
            }
        }
    }

    /// <summary>A caller, a server that it calls, and one that this server calls for it.</summary>
    private sealed class Hosts(RpcHost inside, RpcHost outside, MprpcClient client) : IAsyncDisposable
    {
        public MprpcClient Client => client;

        public WebApplication Application => outside.App;

        public Inner Inner => inside.App.Services.GetRequiredService<Inner>();

        public Outer Outer => outside.App.Services.GetRequiredService<Outer>();

        public static async Task<Hosts> StartAsync(Action<MprpcClientOptions>? configure = null, bool propagates = true)
        {
            RpcHost inside = await RpcHost.StartAsync<Inner>(services: services => services.AddSingleton<Inner>());
            RpcHost outside = await RpcHost.StartAsync<Outer>(services: services =>
            {
                services.AddSingleton<Outer>();
                IMprpcClientBuilder builder = services.AddMprpcClient<IInner>($"tcp://{inside.Rpc}", configure);
                _ = propagates ? builder.PropagateCallContext() : builder;
            });
            return new Hosts(inside, outside, new MprpcClient($"tcp://{outside.Rpc}", new MprpcClientOptions { Extensions = MprpcExtensions.Always }));
        }

        public async ValueTask DisposeAsync()
        {
            await client.DisposeAsync();
            await outside.DisposeAsync();
            await inside.DisposeAsync();
        }
    }
}
