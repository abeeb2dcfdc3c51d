using System.Diagnostics.CodeAnalysis;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Core.Tests.Connections;

/// <summary>
/// A pending call that two await: the second is told of its mistake, the first gets its answer, no other call notices, and the process lives.
/// </summary>
[SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "What misuses do is what is tested.")]
public sealed class AwaitedTwiceTests
{
    private const string Twice = "awaited twice";

    [Fact]
    public async Task Await_TwiceBeforeTheAnswer_RefusesTheSecondAndAnswersTheFirst()
    {
        await using var peer = new InMemoryConnection();
        ValueTask<int> call = peer.Connection.CallAsync<int>("a");
        ValueTask<int> other = peer.Connection.CallAsync<int>("b");

        Task<int> first = AwaitAsync(call);
        Task<int> second = AwaitAsync(call);
        Task<int> third = AwaitOnContextAsync(call);
        Task<int> neighbour = AwaitAsync(other);

        // Before the answer: they do not wait for it.
        await AssertRefusedAsync(second);
        await AssertRefusedAsync(third);
        Assert.False(first.IsCompleted);
        await peer.SendAsync("94 01 01 c0 08 94 01 00 c0 07");

        Assert.Equal(7, await first.WaitAsync(InMemoryConnection.Deadline));
        Assert.Equal(8, await neighbour.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task AsTask_OfACallThatIsAwaited_IsATaskThatFails()
    {
        await using var peer = new InMemoryConnection();
        ValueTask<int> call = peer.Connection.CallAsync<int>("a");

        Task<int> awaited = AwaitAsync(call);
        Task<int> asTask = call.AsTask();
        Task<int> preserved = call.Preserve().AsTask();
        await AssertRefusedAsync(asTask);
        await AssertRefusedAsync(preserved);
        await peer.SendAsync("94 01 00 c0 07");

        Assert.Equal(7, await awaited.WaitAsync(InMemoryConnection.Deadline));
        await AssertRefusedAsync(AwaitAsync(call));
    }

    [Fact]
    public async Task Await_OfACallThatIsATask_IsRefused()
    {
        await using var peer = new InMemoryConnection();
        ValueTask<int> call = peer.Connection.CallAsync<int>("a");

        Task<int> asTask = call.AsTask();
        await AssertRefusedAsync(AwaitAsync(call));
        await peer.SendAsync("94 01 00 c0 07");

        Assert.Equal(7, await asTask.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task Await_TwiceOfACallThatIsCancelled_RefusesTheSecondAndCancelsTheFirst()
    {
        await using var peer = new InMemoryConnection();
        using var source = new CancellationTokenSource();
        ValueTask<int> call = peer.Connection.CallAsync<int>("a", source.Token);

        Task<int> first = AwaitAsync(call);
        Task<int> second = call.AsTask();
        await AssertRefusedAsync(second);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task Answer_WithinTheRefusedAwaiter_IsTheFirstAwaiters()
    {
        PendingCall<int> call = PendingCall<int>.Rent("a", Timeout.InfiniteTimeSpan);
        ValueTask<int> task = call.Task;

        Task<int> first = AwaitAsync(task);
        Task<int> second = AwaitAsync(task);
        Task completing = second.ContinueWith(
            _ => call.Complete(onThisThread: true), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        await AssertRefusedAsync(second);
        await completing.WaitAsync(InMemoryConnection.Deadline);
        Assert.Equal(0, await first.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task Await_WithoutAResultTwice_RefusesTheSecond()
    {
        await using var peer = new InMemoryConnection();
        PendingCall<NoValue> call = PendingCall<NoValue>.Rent("a", Timeout.InfiniteTimeSpan);
        ValueTask task = call.TaskWithoutResult;

        Task first = AwaitAsync(task);
        Task second = AwaitAsync(task);
        await AssertRefusedAsync(second);
        call.Complete(onThisThread: true);

        await first.WaitAsync(InMemoryConnection.Deadline);

        static async Task AwaitAsync(ValueTask task) => await task.ConfigureAwait(false);
    }

    [Fact]
    public async Task Awaiter_RefusedWhileItsCallIsAnswered_GetsNoResult()
    {
        // The answer comes between the second awaiter's registration and its continuation: the result is the first's.
        PendingCall<int> call = PendingCall<int>.Rent("a", Timeout.InfiniteTimeSpan);
        ValueTask<int> task = call.Task;
        var requests = new InFlightRequests(TimeProvider.System);
        Assert.True(requests.TryAdd(call));
        var context = new HeldContext();
        var firstMayGoOn = new HeldContext();

        Task<int> first = firstMayGoOn.Run(() => AwaitHereAsync(task));
        Task<int> second = context.Run(() => AwaitHereAsync(task));
        PendingCall taken = requests.Take(call.MessageId)!;
        var reader = new MprpcReader(new byte[] { 0xc0, 0x07 }, 0, 2, MprpcSerializerOptions.Default, loop: null);
        taken.ReadAnswer(ref reader);
        taken.Complete(onThisThread: true);
        context.GoOn();
        await AssertRefusedAsync(second);
        firstMayGoOn.GoOn();

        Assert.Equal(7, await first.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task Await_TwiceWhileAnswersCome_NeverGivesAnotherCallsAnswer()
    {
        const int Calls = 2000;
        await using var peer = new InMemoryConnection();
        List<Task<int>> firsts = [];
        List<Task<int>> seconds = [];

        for (int i = 0; i < Calls; i++)
        {
            ValueTask<int> call = peer.Connection.CallAsync<int>("a");
            firsts.Add(AwaitAsync(call));
            Task sending = peer.SendAsync($"94 01 cd{i:x4} c0 cd{i:x4}");
            seconds.Add(Task.Run(() => AwaitAsync(call)));
            await sending;
            await Task.WhenAny(firsts[i]).WaitAsync(InMemoryConnection.Deadline);
            await Task.WhenAny(seconds[i]).WaitAsync(InMemoryConnection.Deadline);
        }

        for (int i = 0; i < Calls; i++)
        {
            // One of them has it: the second may come when the answer is there, and before the first.
            Assert.True(firsts[i].IsCompletedSuccessfully ^ seconds[i].IsCompletedSuccessfully);
            Assert.Equal(i, firsts[i].IsCompletedSuccessfully ? await firsts[i] : await seconds[i]);
            await AssertRefusedAsync(firsts[i].IsCompletedSuccessfully ? seconds[i] : firsts[i]);
        }
    }

    private static async Task AssertRefusedAsync(Task task)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => task.WaitAsync(InMemoryConnection.Deadline));
        Assert.Contains(Twice, exception.Message, StringComparison.Ordinal);
    }

    private static async Task<int> AwaitAsync(ValueTask<int> call) => await call.ConfigureAwait(false);

    private static async Task<int> AwaitHereAsync(ValueTask<int> call) => await call;

    private static Task<int> AwaitOnContextAsync(ValueTask<int> call)
    {
        var context = new HeldContext();
        Task<int> task = context.Run(() => AwaitHereAsync(call));
        context.GoOn();
        return task;
    }

    /// <summary>Keeps what is posted to it until it is told to run it.</summary>
    private sealed class HeldContext : SynchronizationContext
    {
        private readonly Queue<Action> _posted = [];

        public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue(() => d(state));

        public T Run<T>(Func<T> action)
        {
            SynchronizationContext? before = Current;
            SetSynchronizationContext(this);

            try
            {
                return action();
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }

        public void GoOn()
        {
            while (_posted.TryDequeue(out Action? posted))
            {
                posted();
            }
        }
    }
}
