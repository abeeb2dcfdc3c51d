using Mprpc.Streams;
using Mprpc.Tests.Kit;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Streams;

public sealed class StreamPumpTests
{
    private static readonly StreamAllowance s_unlimited = new(StreamAllowance.NoLimit, StreamAllowance.NoLimit);

    // However long the machine pauses.
    private const long NeverSlow = long.MaxValue;

    private readonly RecordingConnection _connection = new();
    private readonly StreamCredit _credit = new(s_unlimited);
    private readonly CancellationTokenSource _stop = new();

    [Fact]
    public async Task RunAsync_SourceThatEndsAtOnce_SendsNothingAndGivesItsItemsBack()
    {
        MprpcRaw last = await RunAsync(Numbers(3));

        Assert.Equal([0, 1, 2], RecordingConnection.Last(last));
        Assert.Empty(_connection.Batches);
    }

    [Fact]
    public async Task RunAsync_SourceOfNothing_GivesNil()
    {
        Assert.True((await RunAsync(Numbers(0))).IsNil);
    }

    [Fact]
    public async Task RunAsync_SourceThatHasAllAtOnce_SendsFullBatches()
    {
        long[] last = RecordingConnection.Last(await RunAsync(Numbers(100_000)));

        Assert.Equal(Enumerable.Range(0, 100_000).Select(item => (long)item), [.. _connection.Items, .. last]);
        Assert.InRange(_connection.LargestMessage, 16 * 1024, 17 * 1024);
        Assert.True(_connection.Batches.Count < 40, $"{_connection.Batches.Count} messages.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task RunAsync_SourceThatYields_KeepsTheOrder(int between)
    {
        // The flush takes what is left at any time: each way in which both meet comes up in so many items.
        long[] last = RecordingConnection.Last(await RunAsync(Yielding(100_000, between)));

        Assert.Equal(Enumerable.Range(0, 100_000).Select(item => (long)item), [.. _connection.Items, .. last]);
    }

    [Fact]
    public async Task RunAsync_SourcesThatYieldManyAtOnce_EndAndKeepTheirOrder()
    {
        // The end of the source, and its failure, race with the flush.
        for (int round = 0; round < 2_000; round++)
        {
            var connection = new RecordingConnection();
            int count = round % 9;
            bool fails = round % 3 == 0;
            Task<MprpcRaw> running = new StreamPump<long>(Yielding(count, 1 + (round % 2), fails), connection, 7, new StreamCredit(s_unlimited))
                .RunAsync(CancellationToken.None);

            if (fails)
            {
                await Assert.ThrowsAsync<InvalidDataException>(() => running.InTime());
                Assert.Equal(Enumerable.Range(0, count).Select(item => (long)item), connection.Items);
            }
            else
            {
                long[] last = RecordingConnection.Last(await running.InTime());
                Assert.Equal(Enumerable.Range(0, count).Select(item => (long)item), [.. connection.Items, .. last]);
            }
        }
    }

    [Fact]
    public async Task RunAsync_SourceThatWaits_HasItsItemsSentMeanwhile()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<MprpcRaw> running = RunAsync(Then(2, gate.Task, 1));

        await Bounded.Until(() => _connection.Items.Count == 2, "the items before the wait");
        gate.SetResult();

        long[] last = await LastAsync(running);
        Assert.Equal([2], last);
        Assert.Equal([0, 1], _connection.Items);
    }

    [Fact]
    public async Task RunAsync_SourceThatYieldsAndThenWaits_HasAllItsItemsSentMeanwhile()
    {
        const int Count = 20_000;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<MprpcRaw> running = RunAsync(YieldingThen(Count, gate.Task));

        await Bounded.Until(() => _connection.Items.Count == Count, "the items before the wait");
        gate.SetResult();

        long[] last = await LastAsync(running);
        Assert.Equal([Count], last);
        Assert.Equal(Enumerable.Range(0, Count).Select(item => (long)item), _connection.Items);
    }

    [Fact]
    public async Task RunAsync_SlowSourceThatNeverWaits_HasItsItemsSentOneByOne()
    {
        MprpcRaw last = await new StreamPump<long>(Slow(5), _connection, 7, _credit).RunAsync(_stop.Token);

        Assert.InRange(_connection.Batches.Count, 2, 5);
        Assert.Equal([0, 1, 2, 3, 4], [.. _connection.Items, .. RecordingConnection.Last(last)]);
    }

    [Fact]
    public async Task RunAsync_WithoutCredit_DoesNotAskTheSource()
    {
        var credit = new StreamCredit(new StreamAllowance(2, StreamAllowance.NoLimit));
        var source = new CountingSource(10);
        Task<MprpcRaw> running = new StreamPump<long>(source, _connection, 7, credit, NeverSlow).RunAsync(_stop.Token);

        await Bounded.Until(() => _connection.Items.Count == 2, "the items that there is credit for");
        Assert.Equal(2, source.Asked);
        credit.Grant(new StreamAllowance(3, 0));
        await Bounded.Until(() => _connection.Items.Count == 5, "three more");
        Assert.Equal(5, source.Asked);
        credit.Grant(s_unlimited);

        long[] last = await LastAsync(running);
        Assert.Equal([5, 6, 7, 8, 9], last);
    }

    [Fact]
    public async Task RunAsync_BytesAreOverdrawn_WaitsUntilTheDebtIsPaid()
    {
        var credit = new StreamCredit(new StreamAllowance(StreamAllowance.NoLimit, 1));
        Task<MprpcRaw> running = new StreamPump<byte[]>(Blobs(1000, 1000), _connection, 7, credit, NeverSlow).RunAsync(_stop.Token);

        await Bounded.Until(() => _connection.Items.Count == 1, "the first item");
        credit.Grant(new StreamAllowance(0, 1002));     // 1,003 bytes of an item, of which there was one
        await Task.Delay(30, TestContext.Current.CancellationToken);
        Assert.Single(_connection.Items);
        credit.Grant(new StreamAllowance(0, 1));

        credit.Grant(s_unlimited);
        long[] last = await LastAsync(running);
        Assert.Equal([1003], last);
    }

    [Fact]
    public async Task RunAsync_LargeItemBehindSmallOnes_IsAMessageOfItsOwn()
    {
        var connection = new RecordingConnection { MaxSendMessageSize = 64 * 1024 };
        MprpcRaw last = await new StreamPump<byte[]>(Blobs(10_000, 60_000, 10), connection, 7, _credit, NeverSlow).RunAsync(_stop.Token).InTime();

        Assert.Equal([[10_003], [60_003]], connection.Batches);
        Assert.Equal([12], RecordingConnection.Last(last));
    }

    [Fact]
    public async Task RunAsync_PeerTakesSmallMessages_SendsNoLargerOnes()
    {
        var connection = new RecordingConnection { MaxSendMessageSize = 1024 };
        MprpcRaw last = await new StreamPump<byte[]>(Blobs([.. Enumerable.Range(0, 200).Select(i => i * 37 % 990)]), connection, 7, _credit)
            .RunAsync(_stop.Token).InTime();

        Assert.InRange(connection.LargestMessage, 500, 1024);
        Assert.InRange(last.Memory.Length, 0, 1024 - 16);
        Assert.Equal(200, connection.Items.Count + (RecordingConnection.Last(last).Length));
    }

    [Fact]
    public async Task RunAsync_ItemThatIsTooLarge_FailsBehindTheItemsBefore()
    {
        var connection = new RecordingConnection { MaxSendMessageSize = 1024 };
        var exception = await Assert.ThrowsAsync<MprpcException>(
            () => new StreamPump<byte[]>(Blobs(10, 1024, 10), connection, 7, _credit).RunAsync(_stop.Token).InTime());

        Assert.Equal(ErrorCode.TooLarge, exception.Code);
        Assert.Contains("1,0", exception.Message, StringComparison.Ordinal);
        Assert.Equal([12], connection.Items);
    }

    [Fact]
    public async Task RunAsync_ItemThatIsTooDeep_FailsBehindTheItemsBefore()
    {
        var connection = new RecordingConnection { MaxSendDepth = 8 };
        MprpcRaw flat = MprpcRaw.From(1);
        var deep = new MprpcRaw(new byte[] { 0x91, 0x91, 0x91, 0x91, 0x91, 0x91, 0x91, 0x91, 0x01 });
        var exception = await Assert.ThrowsAsync<MprpcException>(
            () => new StreamPump<MprpcRaw>(Each(flat, flat, deep), connection, 7, _credit).RunAsync(_stop.Token).InTime());

        Assert.Equal(ErrorCode.TooLarge, exception.Code);
        Assert.Equal([1, 1], connection.Items);
    }

    [Fact]
    public async Task RunAsync_ItemThatCannotBeWritten_FailsBehindTheItemsBefore()
    {
        await Assert.ThrowsAsync<MessagePack.MessagePackSerializationException>(
            () => new StreamPump<MprpcRaw>(Each(MprpcRaw.From(5), new MprpcRaw(new byte[] { 0, 0 })), _connection, 7, _credit).RunAsync(_stop.Token).InTime());

        Assert.Equal([5], _connection.Items);
    }

    [Fact]
    public async Task RunAsync_SourceThrows_SendsTheItemsBefore()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(Yielding(3, between: 100, fails: true)).InTime());

        Assert.Equal([0, 1, 2], _connection.Items);
    }

    [Fact]
    public async Task RunAsync_CancelledWhileTheSourceWaits_DisposesItAndSendsNothingMore()
    {
        var source = new CountingSource(3) { WaitsAtTheEnd = true };
        Task<MprpcRaw> running = RunAsync(source);
        await Bounded.Until(() => _connection.Items.Count == 3, "the items");

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.InTime());
        Assert.True(source.IsDisposed);
        Assert.Equal(3, _connection.Items.Count);
    }

    [Fact]
    public async Task RunAsync_CancelledWhileThereIsNoCredit_DisposesTheSource()
    {
        var credit = new StreamCredit(new StreamAllowance(1, 1));
        var source = new CountingSource(3);
        Task<MprpcRaw> running = new StreamPump<long>(source, _connection, 7, credit).RunAsync(_stop.Token);
        await Bounded.Until(() => _connection.Items.Count == 1, "the item");

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.InTime());
        Assert.True(source.IsDisposed);
        Assert.Equal(1, source.Asked);
    }

    [Fact]
    public async Task RunAsync_CancelledWhileThereIsNoRoom_DisposesTheSource()
    {
        var source = new CountingSource(int.MaxValue);
        _connection.OnSend = _connection.Crowd;
        Task<MprpcRaw> running = RunAsync(source);
        await Bounded.Until(() => _connection.Batches.Count == 1, "a batch");

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.InTime());
        Assert.True(source.IsDisposed);
        Assert.Single(_connection.Batches);
    }

    [Fact]
    public async Task RunAsync_CancelledBefore_AsksTheSourceForNothing()
    {
        await _stop.CancelAsync();
        var source = new CountingSource(3);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(source).InTime());

        Assert.True(source.IsDisposed);
        Assert.Equal(0, source.Asked);
    }

    [Fact]
    public async Task RunAsync_ConsumerWantsNoMore_DisposesTheSource()
    {
        var credit = new StreamCredit(new StreamAllowance(1, 1));
        var source = new CountingSource(3);
        Task<MprpcRaw> running = new StreamPump<long>(source, _connection, 7, credit).RunAsync(_stop.Token);
        await Bounded.Until(() => _connection.Items.Count == 1, "the item");

        credit.Close();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.InTime());
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public async Task RunAsync_NothingMoreCanBeGranted_FailsWhenTheCreditIsUsed()
    {
        var credit = new StreamCredit(new StreamAllowance(2, StreamAllowance.NoLimit));
        var source = new CountingSource(3);
        credit.EndGrants();

        var exception = await Assert.ThrowsAsync<MprpcException>(
            () => new StreamPump<long>(source, _connection, 7, credit).RunAsync(_stop.Token).InTime());

        Assert.Equal(ErrorCode.Cancelled, exception.Code);
        Assert.Equal([0, 1], _connection.Items);
        Assert.True(source.IsDisposed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_ConnectionIsLost_DisposesTheSource(bool yields)
    {
        var source = new CountingSource(int.MaxValue) { Yields = yields };
        int sends = 0;
        _connection.OnSend = () => _connection.IsClosed = ++sends > 3;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(source).InTime());

        Assert.True(source.IsDisposed);
        Assert.Equal(3, _connection.Batches.Count);
    }

    [Fact]
    public async Task RunAsync_SourceThatYieldsForAPeerThatDoesNotRead_WaitsForRoom()
    {
        // However much credit the peer has given: what it does not read would pile up here.
        var source = new CountingSource(int.MaxValue) { Yields = true };
        _connection.Crowd();
        Task<MprpcRaw> running = RunAsync(source);

        await Bounded.Until(() => _connection.Batches.Count > 0 || source.Asked > 0, "the beginning");
        await Task.Delay(50, TestContext.Current.CancellationToken);
        int asked = source.Asked;
        await Task.Delay(50, TestContext.Current.CancellationToken);

        Assert.Equal(asked, source.Asked);
        Assert.InRange(asked, 1, 3);
        _connection.Empty();
        await Bounded.Until(() => source.Asked > asked + 1000, "it goes on");
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.InTime());
    }

    [Fact]
    public async Task RunAsync_AnsweredBefore_SendsNothingBehindTheAnswer()
    {
        // The deadline answers the call: what is being sent goes before it, and nothing behind it.
        for (int round = 0; round < 500; round++)
        {
            var connection = new RecordingConnection();
            var credit = new StreamCredit(s_unlimited);
            int sent = -1;
            using var stop = new CancellationTokenSource();
            Task<MprpcRaw> running = new StreamPump<long>(Yielding(int.MaxValue, 1 + (round % 3)), connection, 7, credit).RunAsync(stop.Token);
            await Bounded.Until(() => connection.Batches.Count > round % 5, "some batches");

            credit.End(() => sent = connection.Batches.Count);

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.InTime());
            Assert.Equal(sent, connection.Batches.Count);
        }
    }

    private static async Task<long[]> LastAsync(Task<MprpcRaw> running) => RecordingConnection.Last(await running.InTime());

    private Task<MprpcRaw> RunAsync(IAsyncEnumerable<long> source)
        => new StreamPump<long>(source, _connection, 7, _credit, NeverSlow).RunAsync(_stop.Token);

    private static async IAsyncEnumerable<long> Numbers(int count)
    {
        await Task.CompletedTask;

        for (int i = 0; i < count; i++)
        {
            yield return i;
        }
    }

    private static async IAsyncEnumerable<long> Slow(int count)
    {
        await Task.CompletedTask;

        for (int i = 0; i < count; i++)
        {
            long until = Environment.TickCount64 + 5;
            SpinWait.SpinUntil(() => Environment.TickCount64 >= until);
            yield return i;
        }
    }

    private static async IAsyncEnumerable<long> Then(int before, Task wait, int after)
    {
        for (int i = 0; i < before + after; i++)
        {
            if (i == before)
            {
                await wait;
            }

            yield return i;
        }
    }

    private static async IAsyncEnumerable<T> Each<T>(params T[] items)
    {
        await Task.CompletedTask;

        foreach (T item in items)
        {
            yield return item;
        }
    }

    private static IAsyncEnumerable<byte[]> Blobs(params int[] sizes) => Each([.. sizes.Select(size => new byte[size])]);

    private static async IAsyncEnumerable<long> Yielding(int count, int between, bool fails = false)
    {
        for (int i = 0; i < count; i++)
        {
            if (i % between == 0)
            {
                await Task.Yield();
            }

            yield return i;
        }

        if (fails)
        {
            throw new InvalidDataException("Of the source.");
        }
    }

    private static async IAsyncEnumerable<long> YieldingThen(int count, Task gate)
    {
        await foreach (long item in Yielding(count, between: 1))
        {
            yield return item;
        }

        await gate;
        yield return count;
    }

    private sealed class CountingSource(int count) : IAsyncEnumerable<long>
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public bool WaitsAtTheEnd { get; init; }

        public bool Yields { get; init; }

        public bool IsDisposed { get; private set; }

        public IAsyncEnumerator<long> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Enumerator(this, Items(cancellationToken));

        private async IAsyncEnumerator<long> Items(CancellationToken cancellationToken)
        {
            for (long i = 0; i < count; i++)
            {
                if (Yields)
                {
                    await Task.Yield();
                }

                yield return i;
            }

            if (WaitsAtTheEnd)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
        }

        private sealed class Enumerator(CountingSource source, IAsyncEnumerator<long> items) : IAsyncEnumerator<long>
        {
            public long Current => items.Current;

            public ValueTask<bool> MoveNextAsync()
            {
                Interlocked.Increment(ref source._asked);
                return items.MoveNextAsync();
            }

            public ValueTask DisposeAsync()
            {
                source.IsDisposed = true;
                return items.DisposeAsync();
            }
        }
    }
}
