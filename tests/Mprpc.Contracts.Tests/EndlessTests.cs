using System.Collections;
using MessagePack;

namespace Mprpc.Contracts.Tests;

/// <summary>
/// What is enumerated when it is written may have no end, or another count than it says: writing stops where more is written than may be sent, and half a
/// message is never sent.
/// </summary>
[Collection(nameof(SharedTests))]
public sealed class EndlessTests
{
    private const string Limit = "bytes; 4,194,304 may be sent";
    private const string Remedy = "Send the value in parts, or raise MprpcClientOptions.MaxSendMessageSize";

    // JSON may be eight times as long as what it stands for, and its buffer doubles as it grows: 128 MiB with those on the way there, and again what the values
    // are themselves.
    private const long MostAllocated = 256 * 1024 * 1024;

    [Fact]
    public async Task Argument_WithoutAnEnd_FailsAloneBeforeItIsSent()
    {
        await using var host = await ContractHost<IEndless>.StartAsync<EndlessService>();
        (Func<Task> Call, string Name)[] calls =
        [
            (() => host.Client.NumbersAsync(Endless.Numbers()), "IEnumerable<int>"),
            (() => host.Client.BlocksAsync(Endless.Blocks()), "IEnumerable<byte[]>"),
            (() => host.Client.CountedAsync(new Miscounted(3, Endless.Beyond)), ""),
            (() => host.Client.SetAsync(new Miscounted(3, Endless.Beyond)), ""),
            (() => host.Client.MapAsync(new MiscountedMap(3, Endless.Beyond)), ""),
            (() => host.Client.MemberAsync(new Stretch { Numbers = Endless.Numbers() }), "IEnumerable<int>"),
            (() => host.Client.MemberAsync(new Stretch { Many = Endless.Many() }), "IEnumerable<"),
            (() => host.Client.RestAsync(1, Endless.Numbers()), "int"),
            (() => host.Untyped.NotifyAsync("endless.any", Endless.Numbers()).AsTask(), "int"),
            .. Endless.Kinds().SelectMany<(Func<object> Make, string Name), (Func<Task>, string)>(kind =>
            [
                (() => host.Client.AnyAsync(kind.Make()), kind.Name),
                (() => host.Untyped.CallAsync("endless.any", kind.Make()).AsTask(), kind.Name),
            ]),
        ];
        Assert.Equal(2, await host.Client.NextAsync(1).InTime());

        for (int i = 0; i < calls.Length; i++)
        {
            long before = GC.GetTotalAllocatedBytes();

            var failure = await Assert.ThrowsAsync<MessagePackSerializationException>(() => Task.Run(calls[i].Call).InTime());

            Assert.True(failure.Message.Contains(Limit, StringComparison.Ordinal), $"call {i}: {failure}");
            Assert.Contains(Remedy, failure.Message, StringComparison.Ordinal);
            Assert.True(failure.Message.Contains(calls[i].Name, StringComparison.Ordinal), $"call {i}: {failure}");
            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, MostAllocated);
            Assert.Equal(2, await host.Client.NextAsync(1).InTime());
        }
    }

    [Fact]
    public async Task Result_WithoutAnEnd_IsAnErrorOfItsCallAlone()
    {
        await using var host = await ContractHost<IEndless>.StartAsync<EndlessService>();
        (Func<Task> Call, string Name)[] calls =
        [
            (() => host.Client.MakeNumbersAsync(), "IEnumerable<int>"),
            (() => host.Client.MakeBlocksAsync(), "IEnumerable<byte[]>"),
            (() => host.Client.MakeCountedAsync(3, Endless.Beyond), ""),
            (() => host.Client.MakeSetAsync(3, Endless.Beyond), ""),
            (() => host.Client.MakeMapAsync(3, Endless.Beyond), ""),
            (() => host.Client.MakeMemberAsync(), "IEnumerable<"),
            (() => host.Client.MakeLaterAsync().AsTask(), "IEnumerable<int>"),
            .. Endless.Kinds().Select<(Func<object> Make, string Name), (Func<Task>, string)>((kind, i) => (() => host.Client.MakeAnyAsync(i), kind.Name)),
        ];
        Assert.Equal(2, await host.Client.NextAsync(1).InTime());

        for (int i = 0; i < calls.Length; i++)
        {
            Task<int> neighbour = host.Client.NextAsync(6);
            long before = GC.GetTotalAllocatedBytes();

            var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => calls[i].Call().InTime());

            Assert.True(failure.Message.Contains(Limit, StringComparison.Ordinal), $"call {i}: {failure}");
            Assert.Contains("Ask for less at a time, or raise Mprpc", failure.Message, StringComparison.Ordinal);
            Assert.True(failure.Message.Contains(calls[i].Name, StringComparison.Ordinal), $"call {i}: {failure}");
            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, MostAllocated);
            Assert.Equal(7, await neighbour.InTime());
            Assert.Equal(2, await host.Client.NextAsync(1).InTime());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(300)]
    [InlineData(70_000)]
    public async Task Sequence_OfAnyLength_ArrivesWhole(int count)
    {
        await using var host = await ContractHost<IEndless>.StartAsync<EndlessService>();
        IEnumerable<int> numbers = Enumerable.Range(0, count).Where(number => number >= 0);
        int[] expected = [.. numbers];
        var value = new Stretch { Numbers = numbers, Many = numbers.Chunk(7).Select(chunk => chunk.Where(number => number >= 0)) };

        Assert.Equal(expected, await host.Client.NumbersAsync(numbers).InTime());
        Assert.Equal(expected, Assert.IsType<object[]>(await host.Client.AnyAsync(numbers).InTime()).Select(Convert.ToInt32));
        Stretch back = (await host.Client.MemberAsync(value).InTime())!;
        Assert.Equal(expected, back.Numbers);
        Assert.Equal(expected.Chunk(7), back.Many);
        Assert.Equal(MprpcRaw.From(expected), MprpcRaw.From(numbers));
        Assert.Equal(MprpcRaw.From(expected), MprpcRaw.From<object>(numbers));
        Assert.Equal(MprpcRaw.From(new object[] { expected, 1 }), MprpcRaw.From(new object[] { numbers, 1 }));
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(2, 3)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(10, 20)]
    [InlineData(-1, 5)]
    public async Task Collection_ThatMiscounts_ArrivesAsItIsOrIsRefused(int count, int actual)
    {
        await using var host = await ContractHost<IEndless>.StartAsync<EndlessService>();
        (Func<Task<object?>> Call, int Size)[] calls =
        [
            (async () => await host.Client.CountedAsync(new Miscounted(count, actual)), actual),
            (async () => await host.Client.SetAsync(new Miscounted(count, actual)), Math.Min(1, actual)),
            (async () => await host.Client.MapAsync(new MiscountedMap(count, actual)), actual),
            (async () => await host.Client.AnyAsync(new Miscounted(count, actual)), actual),
            (async () => await host.Client.AnyAsync(new List<object> { new MiscountedMap(count, actual) }), actual),
            (async () => await host.Client.MakeCountedAsync(count, actual), actual),
            (async () => await host.Client.MakeSetAsync(count, actual), Math.Min(1, actual)),
            (async () => await host.Client.MakeMapAsync(count, actual), actual),
        ];

        for (int i = 0; i < calls.Length; i++)
        {
            try
            {
                object? back = await calls[i].Call().InTime();
                back = back is object[] { Length: 1 } list && list[0] is IEnumerable and not string ? list[0] : back;
                Assert.Equal(calls[i].Size, Assert.IsType<IEnumerable>(back, exactMatch: false).Cast<object>().Count());
            }
            catch (Exception exception) when (exception is MessagePackSerializationException or MprpcRemoteException)
            {
                // A count below 0 is refused by the formatter itself.
                Assert.True(count < 0 || exception.ToString().Contains("Count", StringComparison.Ordinal), $"call {i}: {exception}");
            }

            Assert.Equal(2, await host.Client.NextAsync(1).InTime());
        }
    }

    [Fact]
    public void Raw_OfASequenceWithoutAnEnd_IsRefusedBeyondItsBound()
    {
        Func<MprpcRaw>[] writes =
        [
            () => MprpcRaw.From(Endless.Numbers(), maxSize: 1_000_000),
            () => MprpcRaw.From<object>(Endless.Many(), maxSize: 1_000_000),
            () => MprpcRaw.From<IEnumerable>(Endless.Blocks(), maxSize: 1_000_000),
            () => MprpcRaw.From(new Stretch { Many = Endless.Many() }, maxSize: 1_000_000),
            () => MprpcRaw.From(Endless.Many(), new MprpcSerializerOptions(MessagePack.Resolvers.ContractlessStandardResolver.Instance), maxSize: 1_000_000),
            () => MprpcRaw.From<IEnumerable>(
                Endless.Blocks(), new MprpcSerializerOptions(MessagePack.Resolvers.ContractlessStandardResolver.Instance), maxSize: 1_000_000),
        ];

        foreach (Func<MprpcRaw> write in writes)
        {
            var failure = Assert.Throws<MessagePackSerializationException>(() => write());

            Assert.Contains("; 1,000,000 are allowed here", failure.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(6, MprpcRaw.From(Enumerable.Repeat(1, 5).Where(number => number > 0), maxSize: 6).Memory.Length);
    }

    [Fact]
    public void AsynchronousSequence_OfAnyKind_IsRefusedByName()
    {
        IAsyncEnumerable<int> declared = Later();

        var untyped = Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From<object>(declared));
        var typed = Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From(declared));

        Assert.Contains("Later", untyped.Message, StringComparison.Ordinal);
        Assert.Contains("IAsyncEnumerable<int>", typed.Message, StringComparison.Ordinal);

        static async IAsyncEnumerable<int> Later()
        {
            await Task.Yield();
            yield return 1;
        }
    }
}
