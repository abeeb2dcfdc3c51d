using MessagePack;
using MessagePack.Resolvers;

namespace Mprpc.Contracts.Tests;

/// <summary>Formatters and resolvers of the user's, given through MprpcSerializerOptions, and what the default does with values of no declared type.</summary>
public sealed class SerializerTests
{
    private static readonly MprpcSerializerOptions WithFormatter = new(
        CompositeResolver.Create([new CelsiusFormatter()], [MprpcSerializerOptions.Default.MessagePack.Resolver]));

    [Fact]
    public async Task Formatter_OfTheUsers_IsAskedForParametersResultsMembersAndElements()
    {
        await using var host = await ContractHost<IThermometer>.StartAsync<Thermometer>(WithFormatter);

        Celsius warmer = await host.Client.WarmAsync(new Celsius(20), 2).InTime();
        Reading reading = await host.Client.ReadAsync(new Celsius(-1)).InTime();
        string onTheWire = await host.Untyped.CallAsync<string>("warm", new Celsius(20), 2).InTime();
        object?[] member = await host.Untyped.CallAsync<object?[]>("read", "-1 C").InTime();
        string[] elements = await host.Untyped.CallAsync<string[]>("all", new List<string> { "1 C", "2.5 C" }).InTime();

        Assert.Equal(new Celsius(22), warmer);
        Assert.Equal(new Reading(new Celsius(-1), "here"), reading);
        Assert.Equal("22 C", onTheWire);
        Assert.Equal(["-1 C", "here"], member);
        Assert.Equal(["1 C", "2.5 C"], elements);
    }

    [Fact]
    public async Task Resolver_OfTheUsers_ReplacesTheDefault()
    {
        await using var host = await ContractHost<ITypes>.StartAsync<Types>(new MprpcSerializerOptions(
            CompositeResolver.Create(NativeGuidResolver.Instance, NativeDecimalResolver.Instance, ContractlessStandardResolver.Instance)));

        Guid id = await host.Client.GuidAsync(new Guid("00112233-4455-6677-8899-aabbccddeeff")).InTime();
        byte[] onTheWire = await host.Untyped.CallAsync<byte[]>("types.guid", id).InTime();

        Assert.Equal(new Guid("00112233-4455-6677-8899-aabbccddeeff"), id);
        Assert.Equal(16, onTheWire.Length);
    }

    [Theory]
    [InlineData(5, "05")]
    [InlineData(300L, "CD012C")]
    [InlineData((short)-1, "FF")]
    [InlineData(ulong.MaxValue, "CFFFFFFFFFFFFFFFFF")]
    [InlineData(Color.Blue, "CCC8")]
    [InlineData(1.5f, "CA3FC00000")]
    public void Object_NumberInAList_TakesTheShortestEncoding(object number, string hex)
    {
        byte[] alone = MessagePackSerializer.Serialize<object?>(number, MprpcSerializerOptions.Default.MessagePack);
        byte[] inList = MessagePackSerializer.Serialize<List<object?>>([number], MprpcSerializerOptions.Default.MessagePack);
        byte[] inArray = MessagePackSerializer.Serialize<object?>(new object?[] { number }, MprpcSerializerOptions.Default.MessagePack);

        Assert.Equal(hex, Convert.ToHexString(alone));
        Assert.Equal("91" + hex, Convert.ToHexString(inList));
        Assert.Equal("91" + hex, Convert.ToHexString(inArray));
    }
}
