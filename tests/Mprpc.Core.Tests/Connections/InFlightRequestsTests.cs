using Microsoft.Extensions.Time.Testing;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Core.Tests.Connections;

public sealed class InFlightRequestsTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly InFlightRequests _requests;

    public InFlightRequestsTests() => _requests = new InFlightRequests(_clock);

    [Fact]
    public void TryAdd_ManyCalls_CountsUpFromZero()
    {
        PendingCall<int>[] calls = [.. Enumerable.Range(0, 1000).Select(_ => Add())];

        Assert.Equal(Enumerable.Range(0, 1000), calls.Select(call => call.MessageId));
        Assert.Equal(1000, _requests.Count);
        Assert.All(Enumerable.Reverse(calls), call => Assert.Same(call, _requests.Take(call.MessageId)));
        Assert.Equal(0, _requests.Count);
    }

    [Fact]
    public void TryAdd_AfterTheLastId_GoesOnAtZeroAndSkipsIdsInUse()
    {
        // C23
        PendingCall<int> zero = Add();
        PendingCall<int> one = Add();
        _requests.NextId = int.MaxValue;

        PendingCall<int> last = Add();
        PendingCall<int> next = Add();

        Assert.Equal([0, 1, int.MaxValue, 2], new[] { zero, one, last, next }.Select(call => call.MessageId));
        Assert.Same(last, _requests.Take(int.MaxValue));
        Assert.Same(zero, _requests.Take(0));
        Assert.Same(next, _requests.Take(2));
    }

    [Fact]
    public void TryAdd_FullTurnOfIdsInUse_NeverGivesOneTwice()
    {
        _requests.NextId = int.MaxValue - 500;
        HashSet<int> ids = [];
        Queue<PendingCall<int>> inFlight = [];
        var random = new Random(7);

        for (int i = 0; i < 20_000; i++)
        {
            PendingCall<int> call = Add();
            Assert.True(ids.Add(call.MessageId), $"{call.MessageId} is in flight already");
            inFlight.Enqueue(call);

            while (inFlight.Count > random.Next(300))
            {
                PendingCall<int> done = inFlight.Dequeue();
                Assert.Same(done, _requests.Take(done.MessageId));
                ids.Remove(done.MessageId);
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(int.MaxValue)]
    [InlineData(uint.MaxValue)]
    [InlineData(0x100000000L)]
    [InlineData(int.MinValue)]
    [InlineData(long.MinValue)]
    public void Take_IdThatNobodyWaitsFor_IsNull(long messageId)
    {
        Assert.Null(_requests.Take(messageId));

        PendingCall<int> call = Add();

        Assert.Null(_requests.Take(messageId));
        Assert.Same(call, _requests.Take(0));
    }

    [Fact]
    public void Take_Twice_GivesTheCallOnce()
    {
        // C17
        PendingCall<int> call = Add();

        Assert.Same(call, _requests.Take(0));
        Assert.Null(_requests.Take(0));
        Assert.False(_requests.Remove(call));
    }

    [Fact]
    public void Take_LateAnswerWhoseSlotIsUsedAgain_MeetsNoOtherCall()
    {
        for (int i = 0; i < 16; i++)
        {
            _requests.Remove(Add());
        }

        PendingCall<int> call = Add();      // id 16: in the slot where 0 was

        Assert.Null(_requests.Take(0));
        Assert.Same(call, _requests.Take(16));
    }

    [Fact]
    public void Remove_CallInFlight_TakesItOnce()
    {
        PendingCall<int> call = Add();
        PendingCall<int> other = Add();

        Assert.True(_requests.Remove(call));
        Assert.False(_requests.Remove(call));

        Assert.Equal(1, _requests.Count);
        Assert.Null(_requests.Take(0));
        Assert.Same(other, _requests.Take(1));
    }

    [Fact]
    public void Remove_AfterClose_IsFalse()
    {
        PendingCall<int> call = Add();

        _requests.Close(_ => new IOException("lost"));

        Assert.False(_requests.Remove(call));
    }

    [Fact]
    public async Task Close_CallsInFlight_FailAtOnceAndLaterOnesAreRefused()
    {
        ValueTask<int>[] tasks = [.. Enumerable.Range(0, 100).Select(_ => Add().Task)];
        bool wasEmpty = false;
        _requests.OnClosed = () => wasEmpty = _requests.Count == 0;

        _requests.Close(_ => new IOException("lost"));
        _requests.Close(_ => new IOException("again"));

        Assert.All(tasks, task => Assert.True(task.IsCompleted));

        foreach (ValueTask<int> task in tasks)
        {
            Assert.Equal("lost", (await Assert.ThrowsAsync<IOException>(async () => await task)).Message);
        }

        Assert.True(wasEmpty);
        Assert.False(_requests.TryAdd(PendingCall<int>.Rent("sum", Timeout.InfiniteTimeSpan)));
        Assert.Null(_requests.Take(0));
    }

    [Fact]
    public async Task Close_CallsInFlight_EachHasAnExceptionOfItsOwn()
    {
        ValueTask<int>[] tasks = [.. Enumerable.Range(0, 3).Select(_ => Add().Task)];
        List<Exception> exceptions = [];

        _requests.Close(_ => new IOException("lost"));

        Assert.All(tasks, task => Assert.True(task.IsCompleted));

        foreach (ValueTask<int> task in tasks)
        {
            exceptions.Add(await Assert.ThrowsAsync<IOException>(async () => await task));
        }

        Assert.Equal(3, exceptions.Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public void Close_Twice_CallsBackOnce()
    {
        int callbacks = 0;
        _requests.OnClosed = () => callbacks++;

        _requests.Close(_ => new IOException("lost"));
        _requests.Close(_ => new IOException("again"));

        Assert.Equal(1, callbacks);
    }

    [Fact]
    public async Task Deadline_HasPassed_FailsThisCallOnly()
    {
        ValueTask<int> slow = Add(TimeSpan.FromSeconds(10)).Task;
        ValueTask<int> fast = Add(TimeSpan.FromMilliseconds(500)).Task;
        ValueTask<int> never = Add().Task;
        int timeouts = 0;
        _requests.OnGivenUp = _ => timeouts++;

        _clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(fast.IsCompleted);

        _clock.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(fast.IsCompleted);
        var exception = await Assert.ThrowsAsync<TimeoutException>(async () => await fast);
        Assert.Contains("'sum'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("500 ms", exception.Message, StringComparison.Ordinal);
        Assert.False(slow.IsCompleted);
        Assert.Equal(1, timeouts);

        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.True(slow.IsCompleted);
        await Assert.ThrowsAsync<TimeoutException>(async () => await slow);
        Assert.False(never.IsCompleted);
        Assert.Equal(1, _requests.Count);
    }

    [Fact]
    public void Deadline_AnswerCameBefore_DoesNothing()
    {
        PendingCall<int> call = Add(TimeSpan.FromSeconds(1));
        int timeouts = 0;
        _requests.OnGivenUp = _ => timeouts++;

        Assert.Same(call, _requests.Take(0));
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(0, timeouts);
    }

    [Fact]
    public async Task Deadline_ManyCallsWithDifferentTimeouts_EachFailsInItsTurn()
    {
        var random = new Random(3);
        (TimeSpan Timeout, ValueTask<int> Task)[] calls =
            [.. Enumerable.Range(0, 200).Select(_ => TimeSpan.FromMilliseconds(random.Next(1, 2000))).Select(timeout => (timeout, Add(timeout).Task))];

        for (int now = 0; now <= 2000; now += 50)
        {
            Assert.All(calls, call => Assert.True(call.Timeout.TotalMilliseconds > now || call.Task.IsCompleted, $"{call.Timeout} at {now}"));
            Assert.All(calls, call => Assert.True(call.Timeout.TotalMilliseconds <= now || !call.Task.IsCompleted, $"{call.Timeout} at {now}"));
            _clock.Advance(TimeSpan.FromMilliseconds(50));
        }

        foreach ((_, ValueTask<int> task) in calls)
        {
            await Assert.ThrowsAsync<TimeoutException>(async () => await task);
        }
    }

    [Fact]
    public void Deadline_LongerThanATimerCanRun_IsAccepted()
    {
        ValueTask<int> task = Add(TimeSpan.MaxValue).Task;
        ValueTask<int> months = Add(TimeSpan.FromDays(90)).Task;

        _clock.Advance(TimeSpan.FromDays(80));
        Assert.False(months.IsCompleted);
        _clock.Advance(TimeSpan.FromDays(11));

        Assert.True(months.IsCompleted);
        Assert.False(task.IsCompleted);
    }

    [Fact]
    public void WhenEmpty_CallsInFlight_CallsBackOnceAfterTheLast()
    {
        Add();
        Add();
        int callbacks = 0;

        _requests.WhenEmpty(() => callbacks++);
        _requests.Take(1);
        Assert.Equal(0, callbacks);
        _requests.Take(0);
        _requests.Take(0);

        Assert.Equal(1, callbacks);
    }

    [Fact]
    public async Task WhenEmpty_LastCallIsRemoved_CallsBackWithoutTheLock()
    {
        var gate = new Lock();
        var requests = new InFlightRequests(_clock, gate);
        PendingCall<int> call = PendingCall<int>.Rent("sum", Timeout.InfiniteTimeSpan);
        requests.TryAdd(call);
        var empty = new TaskCompletionSource<bool>();

        requests.WhenEmpty(() => empty.SetResult(gate.IsHeldByCurrentThread));
        Assert.False(empty.Task.IsCompleted);
        requests.Remove(call);

        Assert.False(await empty.Task.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public void WhenEmpty_ThenTryAdd_IsRefused()
    {
        // A connection that retires takes no more calls: one that comes between the choice of the connection and the end of it would be lost.
        bool isEmpty = false;

        _requests.WhenEmpty(() => isEmpty = true);

        Assert.True(isEmpty);
        Assert.False(_requests.TryAdd(PendingCall<int>.Rent("sum", Timeout.InfiniteTimeSpan)));
    }

    [Fact]
    public async Task Cancel_RacingTheAnswer_CompletesExactlyOnce()
    {
        int answered = 0;
        int cancelled = 0;
        var requests = new InFlightRequests(TimeProvider.System);

        for (int i = 0; i < 20_000; i++)
        {
            using var source = new CancellationTokenSource();
            PendingCall<int> call = PendingCall<int>.Rent("sum", TimeSpan.FromMinutes(1));
            ValueTask<int> task = call.Task;
            Assert.True(requests.TryAdd(call));
            call.Watch(source.Token);
            int id = call.MessageId;
            Task cancelling = Task.Run(source.Cancel);

            if (requests.Take(id) is { } taken)
            {
                var reader = new MprpcReader(new byte[] { 0xc0, 42 }, 0, 2, MprpcSerializerOptions.Default, loop: null);
                taken.ReadAnswer(ref reader);
                taken.Complete(onThisThread: (i & 1) == 0);
            }

            try
            {
                Assert.Equal(42, await task);
                answered++;
            }
            catch (OperationCanceledException exception)
            {
                Assert.Equal(source.Token, exception.CancellationToken);
                cancelled++;
            }

            await cancelling;
        }

        Assert.Equal(20_000, answered + cancelled);
        Assert.Equal(0, requests.Count);
    }

    [Fact]
    public async Task EverythingAtOnce_ManyThreads_EachCallCompletesExactlyOnce()
    {
        var requests = new InFlightRequests(TimeProvider.System);
        int completed = 0;
        var readLoop = new Lock();      // answers are taken by one thread at a time, the connection's read loop

        Task[] callers = [.. Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);

            for (int i = 0; i < 3000; i++)
            {
                using var source = new CancellationTokenSource();
                PendingCall<int> call = PendingCall<int>.Rent("sum", TimeSpan.FromMilliseconds(random.Next(1, 5)));
                ValueTask<int> task = call.Task;
                Assert.True(requests.TryAdd(call));
                int id = call.MessageId;
                call.Watch(source.Token);

                if (random.Next(3) == 0)
                {
                    source.Cancel();
                }
                else if (random.Next(10) != 0 && Take(id) is { } taken)
                {
                    var reader = new MprpcReader(new byte[] { 0xc0, 42 }, 0, 2, MprpcSerializerOptions.Default, loop: null);
                    taken.ReadAnswer(ref reader);
                    taken.Complete(onThisThread: true);
                }

                try
                {
                    Assert.Equal(42, await task);
                }
                catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
                {
                }

                Interlocked.Increment(ref completed);
            }
        }))];

        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(24_000, completed);
        Assert.Equal(0, requests.Count);

        PendingCall? Take(int id)
        {
            lock (readLoop)
            {
                return requests.Take(id);
            }
        }
    }

    private PendingCall<int> Add(TimeSpan? timeout = null)
    {
        PendingCall<int> call = PendingCall<int>.Rent("sum", timeout ?? Timeout.InfiniteTimeSpan);
        Assert.True(_requests.TryAdd(call));
        return call;
    }
}
