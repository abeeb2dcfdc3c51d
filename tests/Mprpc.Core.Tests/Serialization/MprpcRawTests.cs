using MessagePack;

namespace Mprpc.Core.Tests.Serialization;

public sealed class MprpcRawTests
{
    [Fact]
    public void Default_IsNil()
    {
        MprpcRaw raw = default;

        Assert.True(raw.IsNil);
        Assert.Equal("c0", Hex.Of(raw.Memory.Span));
        Assert.Equal(MessagePackType.Nil, raw.Type);
        Assert.Equal(new MprpcRaw(Hex.Bytes("c0")), raw);
        Assert.Null(raw.Deserialize<string>());
    }

    [Theory]
    [InlineData("07", MessagePackType.Integer)]
    [InlineData("a161", MessagePackType.String)]
    [InlineData("c40161", MessagePackType.Binary)]
    [InlineData("9101", MessagePackType.Array)]
    [InlineData("810102", MessagePackType.Map)]
    [InlineData("c3", MessagePackType.Boolean)]
    [InlineData("ca00000000", MessagePackType.Float)]
    [InlineData("d40105", MessagePackType.Extension)]
    public void Type_EachKind_IsTold(string hex, MessagePackType type)
    {
        var raw = new MprpcRaw(Hex.Bytes(hex));

        Assert.Equal(type, raw.Type);
        Assert.False(raw.IsNil);
    }

    [Fact]
    public void From_Value_EncodesItsDeclaredType()
    {
        Assert.Equal("2a", Hex.Of(MprpcRaw.From(42).Memory.Span));
        Assert.Equal("93010203", Hex.Of(MprpcRaw.From(new[] { 1, 2, 3 }).Memory.Span));
        Assert.Equal("c0", Hex.Of(MprpcRaw.From<string?>(null).Memory.Span));
        Assert.Equal([1, 2, 3], MprpcRaw.From(new[] { 1, 2, 3 }).Deserialize<int[]>());
    }

    [Fact]
    public void Deserialize_OfAnotherType_Throws()
    {
        var raw = new MprpcRaw(Hex.Bytes("a161"));

        Assert.Throws<MessagePackSerializationException>(() => raw.Deserialize<int>());
    }

    [Fact]
    public void Equals_SameBytes_IsTrueAndSameHash()
    {
        var one = new MprpcRaw(Hex.Bytes("cc01"));
        var same = new MprpcRaw(Hex.Bytes("cc01"));
        var sameNumberOtherWidth = new MprpcRaw(Hex.Bytes("01"));

        Assert.True(one == same);
        Assert.True(one.Equals((object)same));
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.True(one != sameNumberOtherWidth);
        Assert.False(one.Equals("01"));
    }

    [Theory]
    [InlineData("93 01 a161 c3", "[1,\"a\",true]")]
    [InlineData("c0", "null")]
    [InlineData("c703ff010203", "c703ff010203")]    // a timestamp has 4, 8 or 12 bytes
    [InlineData("93 01", "9301")]                   // not whole
    [InlineData("c1", "c1")]
    public void ToString_AnyBytes_IsTextAndNeverThrows(string hex, string expected)
    {
        string text = new MprpcRaw(Hex.Bytes(hex)).ToString();

        Assert.Equal(expected, text);
    }

    [Fact]
    public void Formatter_InsideAnotherType_KeepsTheBytes()
    {
        byte[] bytes = MessagePackSerializer.Serialize(new[] { new MprpcRaw(Hex.Bytes("cc01")), default }, MprpcSerializerOptions.Default.MessagePack);
        MprpcRaw[] back = MessagePackSerializer.Deserialize<MprpcRaw[]>(bytes, MprpcSerializerOptions.Default.MessagePack);

        Assert.Equal("92cc01c0", Hex.Of(bytes));
        Assert.Equal("cc01", Hex.Of(back[0].Memory.Span));
        Assert.True(back[1].IsNil);
    }
}
