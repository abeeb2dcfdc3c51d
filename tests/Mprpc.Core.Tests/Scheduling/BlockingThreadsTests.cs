using Mprpc.Scheduling;

namespace Mprpc.Core.Tests.Scheduling;

public sealed class BlockingThreadsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Run_WhileAllOthersBlock_StartsAtOnceOnAThreadOfItsOwn()
    {
        using var gate = new ManualResetEventSlim();
        var threads = new BlockingThreads(limit: 16, Long);
        Call[] calls = [.. Enumerable.Range(0, 16).Select(_ => new Call(gate))];

        Array.ForEach(calls, threads.Run);
        bool[] onPool = await Task.WhenAll(calls.Select(call => call.Started)).WaitAsync(Deadline);
        gate.Set();
        await Task.WhenAll(calls.Select(call => call.Ended)).WaitAsync(Deadline);

        Assert.All(onPool, Assert.False);
        Assert.Equal(16, threads.Count);
    }

    [Fact]
    public async Task Run_BeyondTheLimit_GoesToThePool()
    {
        using var gate = new ManualResetEventSlim();
        var threads = new BlockingThreads(limit: 1, Long);
        var first = new Call(gate);
        var second = new Call(gate);

        threads.Run(first);
        Assert.False(await first.Started.WaitAsync(Deadline));
        threads.Run(second);
        bool secondOnPool = await second.Started.WaitAsync(Deadline);
        gate.Set();
        await Task.WhenAll(first.Ended, second.Ended).WaitAsync(Deadline);

        Assert.True(secondOnPool);
        Assert.Equal(1, threads.Count);
    }

    [Fact]
    public async Task Run_ManyThatDoNotBlock_TakesFewThreads()
    {
        var threads = new BlockingThreads(limit: 1_000, Long);
        Call[] calls = [.. Enumerable.Range(0, 900).Select(_ => new Call(gate: null))];

        Array.ForEach(calls, threads.Run);
        await Task.WhenAll(calls.Select(call => call.Ended)).WaitAsync(Deadline);

        Assert.InRange(threads.Count, 1, 300);      // a handful where nothing else runs; a busy machine holds those that work up, too
    }

    [Fact]
    public async Task Run_OneAfterTheOther_TakesTheSameThreadWithoutWhatTheLastLeftOnIt()
    {
        var threads = new BlockingThreads(limit: 16, Long);
        List<string?> seen = [];

        for (int i = 0; i < 20; i++)
        {
            var call = new Call(gate: null);
            threads.Run(call);
            await call.Ended.WaitAsync(Deadline);
            seen.Add(call.Ambient);
        }

        Assert.All(seen, Assert.Null);
        Assert.InRange(threads.Count, 1, 16);       // a call may come before the thread of the last is idle
    }

    [Fact]
    public async Task Threads_WithoutCallsForTheIdleTime_End()
    {
        var threads = new BlockingThreads(limit: 16, TimeSpan.FromMilliseconds(20));
        Call[] calls = [.. Enumerable.Range(0, 8).Select(_ => new Call(gate: null))];

        Array.ForEach(calls, threads.Run);
        await Task.WhenAll(calls.Select(call => call.Ended)).WaitAsync(Deadline);
        using var end = new CancellationTokenSource(Deadline);

        while (threads.Count > 0)
        {
            await Task.Delay(1, end.Token);
        }

        var again = new Call(gate: null);
        threads.Run(again);
        await again.Ended.WaitAsync(Deadline);
    }

    [Fact]
    public async Task Run_ByManyWhileThreadsComeAndGo_RunsEachOnce()
    {
        var threads = new BlockingThreads(limit: 8, TimeSpan.FromMilliseconds(1));
        Call[] calls = [.. Enumerable.Range(0, 4_000).Select(_ => new Call(gate: null))];

        await Parallel.ForEachAsync(Enumerable.Range(0, 4), async (worker, _) =>
        {
            for (int i = worker; i < calls.Length; i += 4)
            {
                threads.Run(calls[i]);

                if (i % 400 < 4)
                {
                    await Task.Delay(1, CancellationToken.None);        // about as long as an idle thread waits
                }
            }
        });

        await Task.WhenAll(calls.Select(call => call.Ended)).WaitAsync(Deadline);
        Assert.All(calls, call => Assert.Equal(1, call.Runs));
    }

    private sealed class Call(ManualResetEventSlim? gate) : IThreadPoolWorkItem
    {
        private static readonly AsyncLocal<string?> s_ambient = new();

        private readonly TaskCompletionSource<bool> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _runs;

        /// <summary>Whether it runs on a thread of the pool.</summary>
        public Task<bool> Started => _started.Task;

        public Task Ended => _ended.Task;

        public int Runs => Volatile.Read(ref _runs);

        /// <summary>What it has found on its thread.</summary>
        public string? Ambient { get; private set; }

        public void Execute()
        {
            Interlocked.Increment(ref _runs);
            Ambient = s_ambient.Value;
            s_ambient.Value = "left";
            _started.TrySetResult(Thread.CurrentThread.IsThreadPoolThread);
            gate?.Wait(Deadline);
            _ended.TrySetResult();
        }
    }
}
