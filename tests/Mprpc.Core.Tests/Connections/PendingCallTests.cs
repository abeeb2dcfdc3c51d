using System.Diagnostics.CodeAnalysis;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Core.Tests.Connections;

[SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "What misuses do is what is tested.")]
[SuppressMessage("Usage", "xUnit1030:Do not call ConfigureAwait(false) in test method", Justification = "A raw continuation is to run where the answer comes.")]
[SuppressMessage("Usage", "xUnit1031:Do not use blocking task operations in test method", Justification = "They do not block: what is not complete throws.")]
public sealed class PendingCallTests
{
    private const string Twice = "awaited twice";
    private const string TooEarly = "asked for before it completed";

    private readonly InFlightRequests _requests = new(TimeProvider.System);

    [Fact]
    public void Result_BeforeTheAnswer_ThrowsAndNoCallGetsTheAnswerOfAnother()
    {
        // Item of the report: 18 of 20 calls that followed had the results of others.
        List<ValueTask<int>> early = [.. Enumerable.Range(0, 20).Select(_ => Add(out int _))];
        Assert.All(early, task => Assert.Contains(TooEarly, Assert.Throws<InvalidOperationException>(() => task.Result).Message, StringComparison.Ordinal));

        List<(int Id, ValueTask<int> Task)> calls = [.. Enumerable.Range(0, 20).Select(_ => (Id: Add(out int id) is var task ? id : 0, task))];

        Assert.All(Enumerable.Range(0, 20), id => Answer(id, 1));
        Assert.All(calls, call => Answer(call.Id, (byte)call.Id));
        Assert.All(calls, call => Assert.Equal(call.Id, call.Task.Result));
        Assert.All(early, task => Assert.Equal(1, task.Result));
    }

    [Fact]
    public async Task Await_Twice_ThrowsTheSecondTimeAndLeavesTheNextCallAlone()
    {
        ValueTask<int> first = Add(out int firstId);
        Answer(firstId, 1);
        Assert.Equal(1, await first);
        ValueTask<int> second = Add(out int secondId);

        Exception again = await Assert.ThrowsAsync<InvalidOperationException>(async () => await first);
        Exception asTask = Assert.Throws<InvalidOperationException>(() => { _ = first.AsTask(); });
        Exception preserved = Assert.Throws<InvalidOperationException>(() => { _ = first.Preserve(); });
        Answer(secondId, 2);

        Assert.All(new[] { again, asTask, preserved }, exception => Assert.Contains(Twice, exception.Message, StringComparison.Ordinal));
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task AsTask_TwiceBeforeTheAnswer_RefusesTheSecondAndAnswersTheFirst()
    {
        ValueTask<int> call = Add(out int id);
        Task<int> first = call.AsTask();

        Exception second = await Assert.ThrowsAsync<InvalidOperationException>(() => call.AsTask().WaitAsync(InMemoryConnection.Deadline));
        Answer(id, 7);

        Assert.Contains(Twice, second.Message, StringComparison.Ordinal);
        Assert.Equal(7, await first.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task Await_PreservedTask_MayBeAwaitedOften()
    {
        ValueTask<int> call = Add(out int id).Preserve();
        Answer(id, 7);

        Assert.Equal(7, await call);
        Assert.Equal(7, await call);
    }

    [Fact]
    public void Result_AfterMoreUsesThanATokenCanCount_ThrowsStill()
    {
        // A token has 16 bits: an object whose tokens are used up is not used again.
        ValueTask<int> first = Add(out int firstId);
        Answer(firstId, 1);
        Assert.Equal(1, first.Result);

        for (int i = 0; i < ushort.MaxValue * 2 + 10; i++)
        {
            ValueTask<int> call = Add(out int id);

            if (i % 1024 == 0 || i is > ushort.MaxValue - 5 and < ushort.MaxValue + 5)
            {
                Assert.Throws<InvalidOperationException>(() => first.IsCompleted);
                Assert.Throws<InvalidOperationException>(() => first.Result);
            }

            Answer(id, 2);
            Assert.Equal(2, call.Result);
        }
    }

    [Fact]
    public void Complete_RawContinuationThrows_ReportsItAndKeepsTheResult()
    {
        List<Exception> reported = [];
        _requests.OnCallbackFailed = reported.Add;
        ValueTask<int> call = Add(out int id);
        call.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => throw new FormatException("raw"));

        Answer(id, 7);

        Assert.Equal("raw", Assert.IsType<FormatException>(Assert.Single(reported)).Message);
        Assert.Equal(7, call.Result);
    }

    [Fact]
    public async Task Complete_PostOfTheSynchronizationContextThrows_GoesOnElsewhereAndReportsIt()
    {
        List<Exception> reported = [];
        _requests.OnCallbackFailed = reported.Add;
        ValueTask<int> call = Add(out int id);
        var wentOn = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        SynchronizationContext? before = SynchronizationContext.Current;

        try
        {
            SynchronizationContext.SetSynchronizationContext(new ClosedContext());
            call.GetAwaiter().UnsafeOnCompleted(() => wentOn.SetResult(call.Result));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        Answer(id, 7);

        Assert.Equal(7, await wentOn.Task.WaitAsync(InMemoryConnection.Deadline));
        Assert.IsType<ObjectDisposedException>(Assert.Single(reported));
    }

    [Fact]
    public async Task CallAsync_ResultOfATypeWithinAGenericOneCannotBeRead_FailsTheCall()
    {
        // The error's text could not be formed, and the call was lost: it never ended.
        await using var peer = new InMemoryConnection();
        Task<Outer<int>.Inner> call = peer.Connection.CallAsync<Outer<int>.Inner>("sum").AsTask();

        await peer.SendAsync("94 01 00 c0 a161");

        var exception = await Assert.ThrowsAsync<MessagePackSerializationException>(() => call.WaitAsync(InMemoryConnection.Deadline));
        Assert.Contains("Inner", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadAnswer_ReadingThrows_FailsTheCall()
    {
        ValueTask<int> call = Add(out int id);
        PendingCall taken = _requests.Take(id)!;
        var reader = new MprpcReader(new byte[] { 0xc0 }, 0, 2, MprpcSerializerOptions.Default, loop: null);

        taken.ReadAnswer(ref reader);       // there is no result
        taken.Complete(onThisThread: true);

        Assert.True(call.IsFaulted);
    }

    private ValueTask<int> Add(out int id)
    {
        PendingCall<int> call = PendingCall<int>.Rent("sum", Timeout.InfiniteTimeSpan);
        ValueTask<int> task = call.Task;
        Assert.True(_requests.TryAdd(call));
        id = call.MessageId;
        return task;
    }

    private void Answer(int id, byte result)
    {
        PendingCall call = _requests.Take(id)!;
        var reader = new MprpcReader(new byte[] { 0xc0, result }, 0, 2, MprpcSerializerOptions.Default, loop: null);
        call.ReadAnswer(ref reader);
        call.Complete(onThisThread: true);
    }

    public static class Outer<T>
    {
        public sealed class Inner
        {
            public T? Value { get; set; }
        }
    }

    private sealed class ClosedContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => throw new ObjectDisposedException("the window");
    }
}
