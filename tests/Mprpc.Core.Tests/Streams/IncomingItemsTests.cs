using Mprpc.CompilerServices;
using Mprpc.Streams;
using Mprpc.Tests.Kit;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Streams;

/// <summary>What comes of a stream until somebody reads it; its window, its enumerator, and what it has of the connection's budget.</summary>
public sealed class IncomingItemsTests
{
    private readonly RecordingConnection _connection = new();

    [Fact]
    public async Task MoveNextAsync_ItemsThenTheEnd_GivesAllAndThenFalse()
    {
        IncomingItems items = Open();
        await using var reader = new Reader(items);
        Add(items, 1, 2);
        items.Complete(new byte[] { 3 }, 1);

        Assert.Equal([1, 2, 3], await ReadAllAsync(reader));
        Assert.False(await reader.MoveNextAsync());
    }

    [Fact]
    public async Task MoveNextAsync_FailsBehindItems_GivesTheItemsFirst()
    {
        IncomingItems items = Open();
        await using var reader = new Reader(items);
        Add(items, 1);
        items.Fail(new InvalidDataException("lost"), isAtOnce: false);

        Assert.True(await reader.MoveNextAsync().InTime());
        await Assert.ThrowsAsync<InvalidDataException>(() => reader.MoveNextAsync().InTime());
        await Assert.ThrowsAsync<InvalidDataException>(() => reader.MoveNextAsync().InTime());
    }

    [Fact]
    public async Task MoveNextAsync_FailsAtOnce_DropsTheItems()
    {
        IncomingItems items = Open();
        await using var reader = new Reader(items);
        Add(items, 1);
        items.Fail(new InvalidDataException("cancelled"), isAtOnce: true);

        await Assert.ThrowsAsync<InvalidDataException>(() => reader.MoveNextAsync().InTime());
        Assert.Equal(0, _connection.Budget.Held);
    }

    [Fact]
    public async Task MoveNextAsync_ItemOfAnotherType_ThrowsAgainAndReadsNothingBehindIt()
    {
        IncomingItems items = Open();
        await using var reader = new Reader(items);
        items.TryAdd(_connection, 7, Hex.Bytes("01a17802"), 3);
        Add(items, 3);

        Assert.True(await reader.MoveNextAsync().InTime());
        await Assert.ThrowsAsync<InvalidCastException>(() => reader.MoveNextAsync().InTime());
        await Assert.ThrowsAsync<InvalidCastException>(() => reader.MoveNextAsync().InTime());
        await reader.DisposeAsync();
        Assert.Equal(1, _connection.Cancels);
    }

    [Fact]
    public async Task MoveNextAsync_TwoAtOnce_TheSecondThrowsAndTheFirstGoesOn()
    {
        IncomingItems items = Open();
        await using var reader = new Reader(items);
        Task<bool> first = reader.MoveNextAsync().AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.MoveNextAsync().AsTask());
        Add(items, 5);

        Assert.True(await first.InTime());
        Assert.Equal(5, reader.Current);
    }

    [Fact]
    public async Task DisposeAsync_WhileItWaits_EndsTheWaitWithAnException()
    {
        IncomingItems items = Open();
        var reader = new Reader(items);
        Task<bool> waiting = reader.MoveNextAsync().AsTask();

        await reader.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.InTime());
        Assert.Equal(1, _connection.Cancels);
        AssertNothingIsKept();
    }

    [Fact]
    public async Task DisposeAsync_Twice_TellsTheSenderOnce()
    {
        IncomingItems items = Open();
        var reader = new Reader(items);
        Add(items, 1, 2);
        await reader.MoveNextAsync().InTime();

        await reader.DisposeAsync();
        await reader.DisposeAsync();

        Assert.Equal(1, _connection.Cancels);
        AssertNothingIsKept();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reader.MoveNextAsync().InTime());
        AssertNothingIsKept();
    }

    [Fact]
    public async Task DisposeAsync_BehindTheEnd_TellsNobody()
    {
        IncomingItems items = Open();
        var reader = new Reader(items);
        Add(items, 1, 2);
        items.Complete([], 0);

        await reader.DisposeAsync();

        Assert.Equal(0, _connection.Cancels);
        AssertNothingIsKept();
    }

    [Fact]
    public async Task Refuse_ByTheConsumersToken_StillTellsTheSender()
    {
        IncomingItems items = Open();
        var reader = new Reader(items);
        items.Refuse(new OperationCanceledException("cancelled"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.MoveNextAsync().InTime());

        await reader.DisposeAsync();

        Assert.Equal(1, _connection.Cancels);
    }

    [Fact]
    public void TryAdd_BeyondTheCredit_IsFalse()
    {
        IncomingItems items = Open(prefetch: 3);

        Assert.True(items.TryAdd(_connection, 7, new byte[] { 1, 2 }, 2));
        Assert.False(items.TryAdd(_connection, 7, new byte[] { 1, 2 }, 2));
        Assert.True(items.TryAdd(_connection, 7, new byte[] { 3 }, 1));
        Assert.False(items.TryAdd(_connection, 7, new byte[] { 4 }, 1));
    }

    [Fact]
    public void TryAdd_AfterTheConsumerIsDone_IsDroppedAndHoldsNothing()
    {
        IncomingItems items = Open();
        items.Drop(isDisposed: true);

        Assert.True(items.TryAdd(_connection, 7, new byte[] { 1 }, 1));
        items.Complete(new byte[] { 1 }, 1);
        AssertNothingIsKept();
    }

    [Fact]
    public async Task TryAdd_MoreThanMayBeHeld_EndsTheStreamAsBusy()
    {
        var connection = new RecordingConnection { Budget = new StreamBudget(1024 * 1024, 100) };
        var items = new IncomingItems(StreamAllowance.NoLimit);
        items.Open(connection);
        await using var reader = new Reader(items);

        Assert.True(items.TryAdd(connection, 7, Enumerable.Repeat((byte)1, 90).ToArray(), 90));
        Assert.True(items.TryAdd(connection, 7, Enumerable.Repeat((byte)1, 90).ToArray(), 90));
        Assert.Equal(1, connection.Cancels);

        for (int i = 0; i < 90; i++)
        {
            Assert.True(await reader.MoveNextAsync().InTime());
        }

        var exception = await Assert.ThrowsAsync<MprpcException>(() => reader.MoveNextAsync().InTime());
        Assert.Equal(ErrorCode.Busy, exception.Code);
        await reader.DisposeAsync();
        Assert.Equal((0, 0), (connection.Budget.Held, connection.Budget.Granted));
    }

    [Fact]
    public async Task Take_HalfAWindow_IsGrantedOnceTheApplicationHasTakenIt()
    {
        IncomingItems items = Open();
        await using var reader = new Reader(items);
        byte[] half = [.. Enumerable.Repeat((byte)1, 32 * 1024)];
        items.TryAdd(_connection, 7, half, half.Length);

        for (int i = 0; i < half.Length; i++)
        {
            await reader.MoveNextAsync();
        }

        Assert.Empty(_connection.Credit);
        Task<bool> next = reader.MoveNextAsync().AsTask();
        StreamAllowance granted = Assert.Single(_connection.Credit);
        Assert.Equal((StreamAllowance.NoLimit, 32 * 1024), (granted.Items, granted.Bytes));
        items.Complete([], 0);
        Assert.False(await next.InTime());
    }

    [Fact]
    public async Task Window_OfAConsumerThatFindsItEmpty_GrowsToItsMost()
    {
        IncomingItems items = Open();
        await using var reader = new Reader(items);
        var sender = new StreamAllowance(StreamAllowance.NoLimit, 64 * 1024);
        int seen = 0;
        byte[] many = [.. Enumerable.Repeat((byte)1, 4 * 1024 * 1024)];

        for (int round = 0; round < 100; round++)
        {
            if (sender.Bytes > 0)
            {
                Assert.True(items.TryAdd(_connection, 7, many.AsSpan(0, (int)sender.Bytes), (int)sender.Bytes));
                int count = (int)sender.Bytes;
                sender.Use(count, count);

                for (int i = 0; i < count; i++)
                {
                    Assert.True(await reader.MoveNextAsync());
                }
            }

            Task<bool> next = reader.MoveNextAsync().AsTask();

            foreach (StreamAllowance more in _connection.Credit.Skip(seen))
            {
                sender.Add(more);
            }

            seen = _connection.Credit.Count;
            Assert.True(sender.IsOpen, "The sender may not stand still.");
            Assert.True(items.TryAdd(_connection, 7, many.AsSpan(0, 1), 1));
            sender.Use(1, 1);
            Assert.True(await next.InTime());
        }

        Assert.InRange(sender.Bytes, 500 * 1024, 1024 * 1024);
        Assert.Equal((1024 * 1024) - StreamWindow.Least, _connection.Budget.Granted);
        await reader.DisposeAsync();
        AssertNothingIsKept();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Window_OfItems_NeverStandsStillNorGivesMore(int prefetch)
    {
        IncomingItems items = Open(prefetch);
        await using var reader = new Reader(items);
        long outstanding = prefetch;
        int seen = 0;

        for (int i = 0; i < 1000; i++)
        {
            while (outstanding > 0)
            {
                Assert.True(items.TryAdd(_connection, 7, new byte[] { 1 }, 1));
                outstanding--;
            }

            Assert.False(items.TryAdd(_connection, 7, new byte[] { 1 }, 1));
            int round = prefetch / 2;

            for (int taken = 0; taken < round; taken++)
            {
                Assert.True(await reader.MoveNextAsync().InTime());
            }

            // The last one counts as taken when the next is asked for.
            Task<bool> next = reader.MoveNextAsync().AsTask();
            outstanding += _connection.Credit.Skip(seen).Sum(more => more.Items);
            seen = _connection.Credit.Count;
            Assert.InRange(outstanding, 0, prefetch);

            if (!next.IsCompleted)
            {
                Assert.True(outstanding > 0, "Nothing is there, and nothing may come.");
                Assert.True(items.TryAdd(_connection, 7, new byte[] { 1 }, 1));
                outstanding--;
            }

            Assert.True(await next.InTime());
        }
    }

    [Fact]
    public void OpenFed_WithLittleCredit_IsGrantedMoreWhenThatIsTaken()
    {
        // Less than the least of a window: the sender may not stand still because half of that has not come.
        var items = new IncomingItems(StreamAllowance.NoLimit);
        items.OpenFed(_connection, -1, new StreamAllowance(64, 100), isGranted: true);
        items.TryAdd(_connection, -1, Enumerable.Repeat((byte)1, 60).ToArray(), 60);

        for (int i = 0; i < 60; i++)
        {
            items.Take(1);
        }

        Assert.NotEmpty(_connection.Credit);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Budget_AfterAnySequence_IsGivenBackWhole(int seed)
    {
        var random = new Random(seed);
        var total = new StreamBudget(8 * 1024 * 1024, 16 * 1024 * 1024);

        for (int round = 0; round < 300; round++)
        {
            var connection = new RecordingConnection { Budget = new StreamBudget(2 * 1024 * 1024, 3 * 1024 * 1024, total) };
            await PlayAsync(random, connection);
            Assert.Equal((0, 0), (connection.Budget.Granted, connection.Budget.Held));
            Assert.Equal((0, 0), (total.Granted, total.Held));
        }
    }

    [Fact]
    public async Task Budget_ConsumerIsNeverDisposed_IsGivenBackWhenTheCallEnds()
    {
        var items = new IncomingItems(StreamAllowance.NoLimit);
        items.OpenFed(_connection, -1, new StreamAllowance(64, 16 * 1024), isGranted: true);
        var reader = new Reader(items);
        Add(items, 1, 2, 3);
        await reader.MoveNextAsync().InTime();
        Assert.Equal(3, _connection.Budget.Held);

        items.Drop(isDisposed: false);

        AssertNothingIsKept();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await ReadAllAsync(reader));
        AssertNothingIsKept();
    }

    [Fact]
    public void TryGrant_OfSeveralConnections_KeepsToTheTotal()
    {
        var total = new StreamBudget(100, 100);
        var first = new StreamBudget(80, 80, total);
        var second = new StreamBudget(80, 80, total);

        Assert.True(first.TryGrant(60));
        Assert.False(second.TryGrant(60));
        Assert.True(second.TryGrant(40));
        Assert.True(first.TryHold(60));
        Assert.False(second.TryHold(60));
        first.GiveBack(60);
        first.LetGo(60);
        Assert.True(second.TryGrant(40));
        second.GiveBack(80);
        Assert.Equal((0, 0, 0, 0), (first.Granted, second.Granted, total.Granted, total.Held));
    }

    private static async Task PlayAsync(Random random, RecordingConnection connection)
    {
        var items = new IncomingItems(random.Next(2) == 0 ? StreamAllowance.NoLimit : random.Next(1, 100));

        if (random.Next(2) == 0)
        {
            items.Open(connection);
        }
        else
        {
            items.OpenFed(connection, 7, new StreamAllowance(64, 16 * 1024), isGranted: random.Next(3) > 0);
        }

        var reader = new Reader(items);
        Task<bool>? reading = null;

        for (int step = 0; step < 60; step++)
        {
            switch (random.Next(9))
            {
                case 0 or 1 or 2:
                    int count = random.Next(1, 40_000);
                    items.TryAdd(connection, 7, new byte[count], count);
                    break;
                case 3 or 4 or 5 when reading is null or { IsCompleted: true }:
                    reading = ReadSomeAsync(reader, random.Next(60_000));
                    break;
                case 6 when random.Next(10) == 0:
                    items.Complete(new byte[5], 5);
                    break;
                case 7 when random.Next(10) == 0:
                    items.Fail(new InvalidDataException("lost"), isAtOnce: random.Next(2) == 0);
                    break;
                case 8 when random.Next(10) == 0:
                    items.Open(connection);
                    break;
            }
        }

        await reader.DisposeAsync();
        items.Drop(isDisposed: false);
        await (reading ?? Task.CompletedTask).ContinueWith(static _ => { }, TaskScheduler.Default).InTime();
    }

    private static async Task<bool> ReadSomeAsync(Reader reader, int count)
    {
        for (int i = 0; i < count && await reader.MoveNextAsync(); i++)
        {
        }

        return true;
    }

    private IncomingItems Open(long prefetch = StreamAllowance.NoLimit)
    {
        var items = new IncomingItems(prefetch);
        items.Open(_connection);
        return items;
    }

    private void Add(IncomingItems items, params byte[] values) => Assert.True(items.TryAdd(_connection, 7, values, values.Length));

    private void AssertNothingIsKept() => Assert.Equal((0, 0), (_connection.Budget.Granted, _connection.Budget.Held));

    private static async Task<List<int>> ReadAllAsync(Reader reader)
    {
        List<int> read = [];

        while (await reader.MoveNextAsync().InTime())
        {
            read.Add(reader.Current);
        }

        return read;
    }

    private sealed class Reader(IncomingItems items) : ItemEnumerator<int>(items, MprpcSerializerOptions.Default)
    {
        public override ValueTask DisposeAsync()
        {
            Items.DropAndTell();
            Release();
            return ValueTask.CompletedTask;
        }

        protected override Exception Unreadable(long index, string expected, Exception? inner) => new InvalidCastException($"Item {index}: {expected}");
    }
}
