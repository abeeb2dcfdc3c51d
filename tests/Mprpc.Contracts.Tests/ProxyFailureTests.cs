using MessagePack;
using Mprpc.Client;

namespace Mprpc.Contracts.Tests;

/// <summary>
/// A typed call whose arguments cannot be sent throws where it is made, before anything is sent, and leaves nothing behind; a void method too.
/// </summary>
[Collection(nameof(SharedTests))]
public sealed class ProxyFailureTests
{
    private const int SmallLimit = 600;

    public enum Method
    {
        WithResult,
        Void,
    }

    public enum Fault
    {
        GetterThrows,
        TooLarge,
        TooDeep,
        RefusedType,
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Call_WhoseArgumentCannotBeWritten_ThrowsAndGivesItsBufferBack(Method method, Fault fault)
    {
        // A buffer that was lost would be allocated again by each call: of 256 KiB, or of 8 MiB, and those on the way there.
        int calls = fault == Fault.TooLarge ? 20 : 300;
        long mostAllocated = calls * 128 * 1024;
        await using var host = await ContractHost<IEndless>.StartAsync<EndlessService>();
        object value = new object[] { new string('a', 200_000), ValueOf(fault) };

        // A call that finds no connection yet fails by its task.
        Assert.Equal(2, await host.Client.NextAsync(1).InTime());
        Action call = method == Method.Void ? () => host.Client.Note(value) : () => _ = host.Client.AnyAsync(value);
        Assert.Throws<MessagePackSerializationException>(call);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < calls; i++)
        {
            Assert.Throws<MessagePackSerializationException>(call);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, mostAllocated);
        Assert.Equal(2, await host.Client.NextAsync(1).InTime());
        Assert.Equal(0, await host.Client.NotedAsync().InTime());
    }

    [Fact]
    public async Task Call_OfATypedArgumentWhoseGetterThrows_GivesItsBufferBack()
    {
        const int Calls = 500;
        const long MostAllocated = Calls * 128 * 1024;
        await using var host = await ContractHost<IEndless>.StartAsync<EndlessService>();
        var faulty = new Faulty();
        Action call = () => _ = host.Client.FaultyAsync(faulty);
        Assert.Throws<MessagePackSerializationException>(call);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < Calls; i++)
        {
            var failure = Assert.Throws<MessagePackSerializationException>(call);
            Assert.Contains("getter is broken", failure.InnerException?.Message, StringComparison.Ordinal);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostAllocated);
        Assert.Equal(2, await host.Client.NextAsync(1).InTime());
    }

    [Theory]
    [InlineData(true, MprpcNamingPolicy.SnakeCase)]
    [InlineData(false, MprpcNamingPolicy.SnakeCase)]
    [InlineData(true, MprpcNamingPolicy.CamelCase)]
    public async Task Void_OfAMessageJustOverTheLimits_ThrowsBeforeItIsSent(bool isConnected, MprpcNamingPolicy policy)
    {
        await using var host = await ContractHost<IEndless>.StartAsync<EndlessService>();
        string url = isConnected ? $"tcp://{host.Address}" : "tcp://127.0.0.1:1";
        await using var client = new MprpcClient(url, new MprpcClientOptions { MaxSendMessageSize = SmallLimit, MaxSendDepth = 8, NamingPolicy = policy });
        IEndless typed = client.As<IEndless>();

        // Into the smallest buffer it fits all the same.
        var large = Assert.Throws<MessagePackSerializationException>(() => typed.Note(new byte[SmallLimit + 50]));
        var deep = Assert.Throws<MessagePackSerializationException>(() => typed.Note(Nested(10)));
        var broken = Assert.Throws<MessagePackSerializationException>(() => typed.Note(new object[] { new MprpcRaw(new byte[] { 0x92 }) }));
        typed.Note(new byte[SmallLimit - 50]);

        Assert.Matches(
            "[0-9]{3} bytes; 600 may be sent. Nothing was sent. Send the value in parts, or raise MprpcClientOptions.MaxSendMessageSize", large.Message);
        Assert.Contains(
            "8 may be sent. Nothing was sent. Send a flatter value, or raise MprpcClientOptions.MaxSendDepth", deep.Message, StringComparison.Ordinal);
        Assert.Contains("is not whole MessagePack", broken.Message, StringComparison.Ordinal);
    }

    public static TheoryData<Method, Fault> All()
    {
        var all = new TheoryData<Method, Fault>();

        foreach (Fault fault in Enum.GetValues<Fault>())
        {
            all.Add(Method.WithResult, fault);
            all.Add(Method.Void, fault);
        }

        return all;
    }

    private static object ValueOf(Fault fault) => fault switch
    {
        Fault.GetterThrows => new Faulty(),
        Fault.TooLarge => Shared.ListOf(60),
        Fault.TooDeep => Nested(70),
        _ => new Action(() => { }),
    };

    private static object Nested(int levels)
    {
        object value = 1;

        for (int i = 0; i < levels; i++)
        {
            value = new object[] { value };
        }

        return value;
    }
}
