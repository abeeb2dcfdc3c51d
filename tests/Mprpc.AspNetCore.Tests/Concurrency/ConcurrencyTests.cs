using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Concurrency;

/// <summary>Calls of one connection run at once, and none waits for another.</summary>
public sealed class ConcurrencyTests
{
    [Fact]
    public async Task OneConnection_ThousandCallsHalfOfThemSlow_EachGetsItsAnswerAndFastOnesDoNotWait()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RpcHost host = await RpcHost.StartAsync<Work>(
            services: services => services.AddSingleton(new Gate(gate.Task)));
        await using MprpcClient client = host.CreateClient();

        Task<int>[] slow = [.. Enumerable.Range(0, 500).Select(i => client.CallAsync<int>("slow", i).AsTask())];
        Task<int>[] fast = [.. Enumerable.Range(0, 500).Select(i => client.CallAsync<int>("fast", i).AsTask())];
        int[] fastAnswers = await Task.WhenAll(fast).InTime();
        bool anySlowEnded = slow.Any(call => call.IsCompleted);
        gate.SetResult();
        int[] slowAnswers = await Task.WhenAll(slow).InTime();

        Assert.Equal(Enumerable.Range(0, 500), fastAnswers);
        Assert.False(anySlowEnded);
        Assert.Equal(Enumerable.Range(0, 500), slowAnswers);
    }

    [Fact]
    public async Task OneConnection_ThousandCallsWithDelays_TakeNoLongerThanAFewDelays()
    {
        await using RpcHost host = await RpcHost.StartAsync<Work>(
            services: services => services.AddSingleton(new Gate(Task.CompletedTask)));
        await using MprpcClient client = host.CreateClient();
        var watch = Stopwatch.StartNew();

        int[] answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => client.CallAsync<int>(i % 2 == 0 ? "delayed" : "fast", i).AsTask())).InTime();

        Assert.Equal(Enumerable.Range(0, 1_000), answers);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(90), TimeSpan.FromSeconds(25));     // one by one: 50 s
    }

    [Fact]
    public async Task Handler_ThatBlocksItsThreadForAnotherCall_IsFreedByIt()
    {
        var order = new Rendezvous();
        await using RpcHost host = await RpcHost.StartAsync<Blocking>(services: services => services.AddSingleton(order));
        await using RawPeer peer = await host.DialAsync();

        // All in one segment: the second is read together with the first, which waits for it.
        await peer.SendAsync("94 00 01 a477616974 90 94 00 02 a6617272697665 90");
        List<string> answers = await peer.ReadMessagesAsync(2);

        Assert.Equal(["940101c0c3", "940102c0c0"], answers.Order(StringComparer.Ordinal));
        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task Handler_ThatBlocksItsThread_IsLoggedAndRunsOnOwnThreadsNext()
    {
        var order = new Rendezvous();
        await using RpcHost host = await RpcHost.StartAsync<Blocking>(services: services => services.AddSingleton(order));
        await using MprpcClient client = host.CreateClient();

        for (int i = 0; i < 5; i++)
        {
            Task<bool> waiting = client.CallAsync<bool>("wait").AsTask();
            await client.CallAsync("arrive").InTime();

            Assert.True(await waiting.InTime());
        }

        LogEntry logged = await host.Log.WaitForAsync(16);
        Assert.Equal("MethodBlocks", logged.Event.Name);
        Assert.Contains("'wait'", logged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handlers_ThatAllBlock_DoNotHoldFastCallsUp()
    {
        var order = new Rendezvous();
        await using RpcHost host = await RpcHost.StartAsync<Blocking>(services: services => services.AddSingleton(order));
        await using MprpcClient client = host.CreateClient();

        Task<bool>[] waiting = [.. Enumerable.Range(0, 8).Select(_ => client.CallAsync<bool>("wait").AsTask())];
        int sum = await client.CallAsync<int>("sum", 1, 2).InTime();
        bool anyEnded = waiting.Any(call => call.IsCompleted);

        for (int i = 0; i < waiting.Length; i++)
        {
            await client.CallAsync("arrive").InTime();
        }

        Assert.Equal(3, sum);
        Assert.False(anyEnded);
        Assert.All(await Task.WhenAll(waiting).InTime(), Assert.True);
    }

    [Fact]
    public async Task Handler_ThatBlocks_DoesNotHoldOtherConnectionsUp()
    {
        var order = new Rendezvous();
        await using RpcHost host = await RpcHost.StartAsync<Blocking>(services: services => services.AddSingleton(order));
        await using MprpcClient one = host.CreateClient();
        await using MprpcClient other = host.CreateClient();

        Task<bool> waiting = one.CallAsync<bool>("wait").AsTask();
        await other.CallAsync("arrive").InTime();

        Assert.True(await waiting.InTime());
    }

    [Fact]
    public async Task Handler_ThatBlocksAndThenFails_IsAnsweredOnce()
    {
        var order = new Rendezvous();
        await using RpcHost host = await RpcHost.StartAsync<Blocking>(services: services => services.AddSingleton(order));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 ad776169745f616e645f6661696c 90 94 00 02 a6617272697665 90");
        List<string> answers = await peer.ReadMessagesAsync(2);

        answers.Sort(StringComparer.Ordinal);
        MessagePattern.AssertMatches("94 01 01 \"late\" c0", answers[0]);
        Assert.Equal("940102c0c0", answers[1]);
        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task AsyncLocal_SetByASynchronousHandler_IsNotSeenByTheNextCall()
    {
        await using RpcHost host = await RpcHost.StartAsync<Ambient>();
        await using RawPeer peer = await host.DialAsync();

        // set("x"), get(): in one segment, so that both run on one thread without a pause.
        await peer.SendAsync("94 00 01 a3736574 91 a178 94 00 02 a3676574 90 94 00 03 a763756c74757265 90");
        List<string> answers = await peer.ReadMessagesAsync(3);

        Assert.Equal(["940101c0c0", "940102c0c0", "940103c0a0"], answers.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Requests_BeyondTheLimitOfRunningCalls_WaitAndAreAllAnswered(int limit)
    {
        var probe = new ConcurrencyProbe();
        await using RpcHost host = await RpcHost.StartAsync<Probed>(
            options => options.Limits.MaxCallsInFlightPerConnection = limit,
            services => services.AddSingleton(probe));
        await using MprpcClient client = host.CreateClient();

        int[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.CallAsync<int>("work", i).AsTask())).InTime();

        Assert.Equal(Enumerable.Range(0, 200), answers);
        Assert.InRange(probe.Most, 1, limit);
    }

    [Fact]
    public async Task Requests_OfManyConnectionsBeyondTheServersLimit_WaitAndNoneIsRefused()
    {
        var probe = new ConcurrencyProbe();
        await using RpcHost host = await RpcHost.StartAsync<Probed>(options => options.Limits.MaxCallsInFlight = 2, services => services.AddSingleton(probe));
        MprpcClient[] clients = [.. Enumerable.Range(0, 8).Select(_ => host.CreateClient())];

        // Each connection looks for room at moments when others take the last place.
        int[][] answers = await Task.WhenAll(
            clients.Select(client => Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => client.CallAsync<int>("pass", i).AsTask())))).InTime();
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));

        Assert.All(answers, one => Assert.Equal(Enumerable.Range(0, 1_000), one));
    }

    [Fact]
    public async Task Requests_BeyondTheLimit_AreReadWhenACallEnds()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RpcHost host = await RpcHost.StartAsync<Work>(
            options => options.Limits.MaxCallsInFlightPerConnection = 2,
            services => services.AddSingleton(new Gate(gate.Task)));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 a4736c6f77 91 01 94 00 02 a4736c6f77 91 02 94 00 03 a466617374 91 03");
        Task<List<string>> reading = peer.ReadMessagesAsync(3);
        bool answeredEarly = await Task.WhenAny(reading, Task.Delay(100)) == reading;
        gate.SetResult();
        List<string> answers = await reading;

        Assert.False(answeredEarly);
        Assert.Equal(["940101c001", "940102c002", "940103c003"], answers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Connection_ResetWhileAllItsPlacesAreTaken_CancelsItsCalls()
    {
        var probe = new CancellationProbe(2);
        await using RpcHost host = await RpcHost.StartAsync<Waiting>(
            options => options.Limits.MaxCallsInFlightPerConnection = 2,
            services => services.AddSingleton(probe));
        RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 a477616974 90 94 00 02 a477616974 90");
        await probe.AllEntered.Task.InTime();
        peer.Reset();

        await probe.AllCancelled.Task.InTime();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_LeftWhileCallsWaitUnread_CancelsItsCalls(bool isReset)
    {
        var probe = new CancellationProbe(2);
        await using RpcHost host = await RpcHost.StartAsync<Waiting>(
            options =>
            {
                options.Limits.MaxCallsInFlightPerConnection = 2;
                options.Limits.HalfCloseTimeout = TimeSpan.FromMilliseconds(100);
            },
            services => services.AddSingleton(probe));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 a477616974 90 94 00 02 a477616974 90 94 00 03 a477616974 90");
        await probe.AllEntered.Task.InTime();
        await peer.SendAsync("94 00 04 a477616974 90");

        if (isReset)
        {
            peer.Reset();
        }
        else
        {
            peer.FinishSending();
        }

        await probe.AllCancelled.Task.InTime();
    }

    [Fact]
    public async Task Connection_ResetBehindMoreCallsThanAreBuffered_CancelsItsCalls()
    {
        var probe = new CancellationProbe(2);
        await using RpcHost host = await RpcHost.StartAsync<Waiting>(
            options => options.Limits.MaxCallsInFlightPerConnection = 2,
            services =>
            {
                services.AddSingleton(probe);

                if (OperatingSystem.IsLinux())
                {
                    // There the system tells it at once: no look once a second is needed, and with this clock there is none.
                    services.AddSingleton<TimeProvider>(new FakeTimeProvider());
                }
            });
        await using RawPeer peer = await host.DialAsync();
        byte[] flood = Hex.Bytes(Hex.Repeat("940001a47761697490", 400_000));

        Task sending = peer.SendAsync(flood);
        await probe.AllEntered.Task.InTime();
        await Task.WhenAny(sending, Task.Delay(500));     // until it is stuck, as far as can be told
        peer.Reset();

        await probe.AllCancelled.Task.InTime();
        await sending.ContinueWith(static sent => _ = sent.Exception, TaskScheduler.Default);
    }

    [Fact]
    public async Task Requests_InManyPiecesWhileAllPlacesAreTaken_AreAllAnsweredInTheEnd()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RpcHost host = await RpcHost.StartAsync<Work>(
            options => options.Limits.MaxCallsInFlightPerConnection = 2,
            services => services.AddSingleton(new Gate(gate.Task)));
        await using RawPeer peer = await host.DialAsync();
        byte[] requests = Hex.Bytes(Hex.Repeat("940001a4736c6f7791 07", 20_000));

        Task sending = peer.SendPiecesAsync(Enumerable.Range(0, (requests.Length + 999) / 1_000)
            .Select(piece => (ReadOnlyMemory<byte>)requests.AsMemory(piece * 1_000, Math.Min(1_000, requests.Length - (piece * 1_000)))));
        await Task.WhenAny(sending, Task.Delay(500));
        gate.SetResult();
        List<string> answers = await peer.ReadMessagesAsync(20_000);
        await sending.InTime();

        Assert.All(answers, answer => Assert.Equal("940101c007", answer));
        await peer.SendAsync("94 00 02 a466617374 91 03");
        Assert.Equal("940102c003", await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task ManyConnections_AtOnce_EachGetsItsOwnAnswers()
    {
        await using RpcHost host = await RpcHost.StartAsync<Work>(services: services => services.AddSingleton(new Gate(Task.CompletedTask)));

        await Parallel.ForEachAsync(Enumerable.Range(0, 50), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (connection, _) =>
        {
            await using MprpcClient client = host.CreateClient();
            int[] answers = await Task.WhenAll(
                Enumerable.Range(0, 100).Select(i => client.CallAsync<int>(i % 3 == 0 ? "slow" : "fast", (connection * 1_000) + i).AsTask())).InTime();
            Assert.Equal(Enumerable.Range(connection * 1_000, 100), answers);
        });
    }

    private sealed record Gate(Task Opened);

    private sealed class Work(Gate gate)
    {
        public int Fast(int number) => number;

        public async Task<int> SlowAsync(int number)
        {
            await gate.Opened;
            return number;
        }

        public async Task<int> DelayedAsync(int number)
        {
            await Task.Delay(100);
            return number;
        }
    }

    private sealed class Rendezvous : IDisposable
    {
        public SemaphoreSlim Arrivals { get; } = new(0);

        public void Dispose() => Arrivals.Dispose();
    }

    private sealed class Blocking(Rendezvous order)
    {
        public int Sum(int x, int y) => x + y;

        public bool Wait() => order.Arrivals.Wait(Bounded.Time);

        public void WaitAndFail()
        {
            order.Arrivals.Wait(Bounded.Time);
            throw new MprpcException("late");
        }

        public void Arrive() => order.Arrivals.Release();
    }

    private sealed class Ambient
    {
        private static readonly AsyncLocal<string?> Value = new();

        public void Set(string value)
        {
            Value.Value = value;
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NegativeSign = "~" } };
        }

        public string? Get() => Value.Value;

        public string Culture() => CultureInfo.CurrentCulture.NumberFormat.NegativeSign == "~" ? "leaked" : "";
    }

    private sealed class ConcurrencyProbe
    {
        private readonly Lock _gate = new();
        private int _running;

        public int Most { get; private set; }

        public void Enter()
        {
            lock (_gate)
            {
                Most = Math.Max(Most, ++_running);
            }
        }

        public void Leave()
        {
            lock (_gate)
            {
                _running--;
            }
        }
    }

    private sealed class Probed(ConcurrencyProbe probe)
    {
        public async Task<int> WorkAsync(int number)
        {
            probe.Enter();
            await Task.Delay(1);
            probe.Leave();
            return number;
        }

        /// <summary>Off the read loop, so that it takes a place, and over at once: places come and go as fast as they can.</summary>
        public async Task<int> PassAsync(int number)
        {
            await Task.Yield();
            return number;
        }
    }

    private sealed class CancellationProbe(int calls)
    {
        private int _entered;
        private int _cancelled;

        public TaskCompletionSource AllEntered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource AllCancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Enter() => Count(ref _entered, AllEntered);

        public void Cancel() => Count(ref _cancelled, AllCancelled);

        private void Count(ref int count, TaskCompletionSource all)
        {
            if (Interlocked.Increment(ref count) == calls)
            {
                all.SetResult();
            }
        }
    }

    private sealed class Waiting(CancellationProbe probe)
    {
        public async Task WaitAsync(CancellationToken cancellationToken)
        {
            probe.Enter();

            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                probe.Cancel();
            }
        }
    }
}
