using MessagePack;
using Mprpc.Client;

namespace Mprpc.Contracts.Tests;

/// <summary>
/// Objects that are written as often as others refer to them: a few dozen make more bytes than there are. Writing stops where more is written than may be sent.
/// </summary>
[Collection(nameof(SharedTests))]
public sealed class SharedTests
{
    // Of the last 4 MiB, doubled as it grows, on both ends, and of what is copied; 24 levels written whole take 33 MB, in buffers of 128 MiB.
    private const long MostAllocated = 64 * 1024 * 1024;

    // 4,194,305 and more: so many as were known when writing stopped.
    private const string Limit = "at least (4,19[0-9]|[5-9],[0-9]{3}),[0-9]{3} bytes; 4,194,304 may be sent";

    [Theory]
    [InlineData(24)]
    [InlineData(60)]
    public async Task Argument_OfSharedObjects_FailsAloneBeforeItIsWritten(int levels)
    {
        await using var host = await StartAsync();
        Func<Task>[] calls =
        [
            () => host.Client.TwinAsync(Twin.Of(levels)),
            () => host.Client.ThicketAsync(Thicket.Of(levels)),
            () => host.Client.AnyAsync(Twin.Of(levels)),
            () => host.Client.AnyAsync(Shared.ListOf(levels)),
            () => host.Client.RestAsync(1, Shared.ListOf(levels)),
            () => host.Untyped.CallAsync("shared.any", Shared.ListOf(levels)).AsTask(),
            () => host.Untyped.CallAsync("shared.any", Thicket.Of(levels)).AsTask(),
            () => host.Untyped.NotifyAsync("shared.any", Shared.ListOf(levels)).AsTask(),
            () => host.Untyped.NotifyAsync("shared.any", Twin.Of(levels)).AsTask(),
        ];
        Assert.Equal(2, await host.Client.NextAsync(1).InTime());

        foreach (Func<Task> call in calls)
        {
            long before = GC.GetTotalAllocatedBytes();

            var failure = await Assert.ThrowsAsync<MessagePackSerializationException>(() => Task.Run(call).InTime());

            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, MostAllocated);
            Assert.Matches($"{Limit}. Nothing was sent. Send the value in parts, or raise MprpcClientOptions.MaxSendMessageSize", failure.Message);
            Assert.Contains("'shared.", failure.Message, StringComparison.Ordinal);
            Assert.Equal(2, await host.Client.NextAsync(1).InTime());
        }
    }

    [Theory]
    [InlineData(24)]
    [InlineData(60)]
    public async Task Result_OfSharedObjects_IsAnErrorOfItsCallAlone(int levels)
    {
        await using var host = await StartAsync();
        Func<Task>[] calls =
        [
            () => host.Client.MakeTwinAsync(levels),
            () => host.Client.MakeThicketAsync(levels),
            () => host.Client.MakeAnyAsync(levels),
            () => host.Client.MakeTwinLaterAsync(levels).AsTask(),
        ];
        Assert.Equal(2, await host.Client.NextAsync(1).InTime());

        foreach (Func<Task> call in calls)
        {
            Task<int> neighbour = host.Client.NextAsync(6);
            long before = GC.GetTotalAllocatedBytes();

            var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => call().InTime());

            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, MostAllocated);
            Assert.Equal("too_large", failure.Code);
            Assert.Matches($"{Limit}. Ask for less at a time, or raise", failure.Message);
            Assert.Equal(7, await neighbour.InTime());
            Assert.Equal(2, await host.Client.NextAsync(1).InTime());
        }
    }

    [Theory]
    [InlineData(24)]
    [InlineData(60)]
    public async Task ErrorData_OfSharedObjects_IsLeftOut(int levels)
    {
        await using var host = await StartAsync();
        Assert.Equal(2, await host.Client.NextAsync(1).InTime());
        long before = GC.GetTotalAllocatedBytes();

        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Client.FailAsync(levels).InTime());

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, MostAllocated);
        Assert.Equal("With data.", failure.Message);
        Assert.Equal("shared", failure.Code);
        Assert.Null(failure.ErrorData);
        Assert.Equal(2, await host.Client.NextAsync(1).InTime());
    }

    [Fact]
    public async Task ErrorData_OfAFewSharedObjects_IsSent()
    {
        await using var host = await StartAsync();

        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Client.FailAsync(1).InTime());

        Assert.Equal(2, Assert.IsType<object[]>(failure.ErrorData).Length);
    }

    [Fact]
    public async Task Argument_OfAClientWithoutAConnection_FailsAsWell()
    {
        await using var client = new MprpcClient("tcp://127.0.0.1:1", new MprpcClientOptions { MaxSendMessageSize = 100_000 });

        var typed = await Assert.ThrowsAsync<MessagePackSerializationException>(() => Task.Run(() => client.As<IShared>().TwinAsync(Twin.Of(60))).InTime());
        var untyped = await Assert.ThrowsAsync<MessagePackSerializationException>(
            () => Task.Run(() => client.CallAsync("any", Shared.ListOf(60)).AsTask()).InTime());

        Assert.Matches("'shared.twin' has at least 1[0-9]{2},[0-9]{3} bytes; 100,000 may be sent", typed.Message);
        Assert.Matches("'any' has at least 1[0-9]{2},[0-9]{3} bytes; 100,000 may be sent", untyped.Message);
    }

    [Fact]
    public async Task Argument_OfAsManyBytesAsMayBeSent_Arrives()
    {
        // [0, msgid, "shared.any", [bin32]]: seven bytes are counted for the head, whatever the msgid takes of them.
        const int Around = 24;
        await using var host = await StartAsync();
        byte[] most = new byte[(4 * 1024 * 1024) - Around];

        var back = await host.Client.AnyAsync(most).InTime();
        var failure = await Assert.ThrowsAsync<MessagePackSerializationException>(
            () => Task.Run(() => host.Client.AnyAsync(new byte[most.Length + 1])).InTime());

        Assert.Equal(most.Length, Assert.IsType<byte[]>(back).Length);
        Assert.Contains("4,194,304 may be sent", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Raw_OfSharedObjects_IsRefusedBeyondItsBound()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();

        var twin = Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From(Twin.Of(60), maxSize: 1_000_000));
        var list = Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From(Shared.ListOf(60), maxSize: 1_000_000));
        var byDefault = Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From(Thicket.Of(60)));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * MostAllocated);
        Assert.All([twin, list], failure => Assert.Contains("; 1,000,000 are allowed here", failure.Message, StringComparison.Ordinal));
        Assert.Contains("; 67,108,864 are allowed here", byDefault.Message, StringComparison.Ordinal);
        Assert.Equal(5, MprpcRaw.From(new byte[3], maxSize: 5).Memory.Length);
        Assert.Contains(
            "at least 5 bytes; 4 are allowed here",
            Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From(new byte[3], maxSize: 4)).Message,
            StringComparison.Ordinal);
    }

    private static Task<ContractHost<IShared>> StartAsync()
        => ContractHost<IShared>.StartAsync(
            app => app.MapMprpcService<Shared>(0).WithEndpoint(endpoint => endpoint.ErrorShape = MprpcErrorShape.Map),
            services => services.AddSingleton<Shared>());
}
