using Mprpc.Wire;

namespace Mprpc.Core.Tests.Wire;

/// <summary>The envelopes of the server's conformance cases (docs/protocol.md 5.1), read without a server.</summary>
public sealed class MessageHeadTests
{
    public static TheoryData<string, string, long> Requests => new()
    {
        { "S1", "94 00 01 SUM", 1 },
        { "S2, msgid 0", "94 00 00 SUM", 0 },
        { "S4, int32 maximum", "94 00 ce7fffffff SUM", int.MaxValue },
        { "S5, above int32", "94 00 ce80000000 SUM", 0x80000000 },
        { "S6, uint32 maximum", "94 00 ceffffffff SUM", uint.MaxValue },
        { "S7, -1", "94 00 ff SUM", -1 },
        { "int32 minimum", "94 00 d280000000 SUM", int.MinValue },
        { "int8", "94 00 d080 SUM", -128 },
        { "int16", "94 00 d18000 SUM", -32768 },
        { "uint8", "94 00 ccff SUM", 255 },
        { "uint16", "94 00 cdffff SUM", 65535 },
        { "uint64 that is small", "94 00 cf00000000ffffffff SUM", uint.MaxValue },
        { "int64 that is small", "94 00 d3ffffffff80000000 SUM", int.MinValue },
        { "S11, long forms of all", "dd00000004 cc00 d30000000000000009 SUM", 9 },
        { "S12, array16", "dc0004 00 01 SUM", 1 },
        { "type as int64", "94 d30000000000000000 01 SUM", 1 },
        { "S17, name as str8", "94 00 07 d903 73756d 92 01 02", 7 },
        { "name as str16", "94 00 07 da0003 73756d 92 01 02", 7 },
        { "name as str32", "94 00 07 db00000003 73756d 92 01 02", 7 },
        { "S18, name as bin8", "94 00 01 c403 73756d 92 01 02", 1 },
        { "name as bin16", "94 00 01 c50003 73756d 92 01 02", 1 },
        { "name as bin32", "94 00 01 c600000003 73756d 92 01 02", 1 },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void TryRead_Request_TellsMessageIdMethodAndWhereTheParamsStart(string name, string hex, long messageId)
    {
        byte[] message = Hex.Bytes(hex);

        Assert.True(MessageHead.TryRead(message, out MessageHead head), name);

        Assert.Equal(MessageKind.Request, head.Kind);
        Assert.Equal(messageId, head.MessageId);
        Assert.True(head.MethodIsText);
        Assert.Equal("sum"u8, head.Method);
        Assert.Equal("920102", Hex.Of(message.AsSpan(head.BodyStart)));
    }

    [Theory]
    [InlineData("S19, name as bin", "93 02 c414 6e76696d5f7365745f636c69656e745f696e666f 90", "nvim_set_client_info", "90")]
    [InlineData("S20", "93 02 a5 7365745f78 91 2b", "set_x", "912b")]
    [InlineData("S21", "93 02 a6 6e6f73756368 90", "nosuch", "90")]
    [InlineData("long forms", "dd00000003 d20000 0002 a1 78 c0", "x", "c0")]
    public void TryRead_Notification_TellsMethodAndWhereTheParamsStart(string name, string hex, string method, string body)
    {
        byte[] message = Hex.Bytes(hex);

        Assert.True(MessageHead.TryRead(message, out MessageHead head), name);

        Assert.Equal(MessageKind.Notification, head.Kind);
        Assert.True(head.MethodIsText);
        Assert.Equal(method, System.Text.Encoding.UTF8.GetString(head.Method));
        Assert.Equal(body, Hex.Of(message.AsSpan(head.BodyStart)));
    }

    [Theory]
    [InlineData("S43", "94 01 01 c0 07", 1, "c007")]
    [InlineData("C9, msgid -1", "94 01 ff b0 496e76616c69642070726f746f636f6c c0", -1, "b0496e76616c69642070726f746f636f6cc0")]
    [InlineData("C12, msgid as uint32", "94 cc01 ce00000007 c0 cc03", 7, "c0cc03")]
    [InlineData("C13, array16", "dc0004 01 07 c0 03", 7, "c003")]
    [InlineData("msgid beyond 32 bits", "94 01 cf0000000100000007 c0 03", 0x100000007, "c003")]
    [InlineData("msgid below int32", "94 01 d3ffffffff7fffffff c0 03", int.MinValue - 1L, "c003")]
    [InlineData("msgid int64 minimum", "94 01 d38000000000000000 c0 03", long.MinValue, "c003")]
    [InlineData("msgid 2^63", "94 01 cf8000000000000000 c0 03", long.MaxValue, "c003")]
    [InlineData("msgid uint64 maximum", "94 01 cfffffffffffffffff a162 c0", long.MaxValue, "a162c0")]
    public void TryRead_Response_TellsMessageIdAndWhereTheErrorStarts(string name, string hex, long messageId, string body)
    {
        byte[] message = Hex.Bytes(hex);

        Assert.True(MessageHead.TryRead(message, out MessageHead head), name);

        Assert.Equal(MessageKind.Response, head.Kind);
        Assert.Equal(messageId, head.MessageId);
        Assert.Equal(body, Hex.Of(message.AsSpan(head.BodyStart)));
    }

    [Theory]
    [InlineData("S46, a number", "94 00 01 05 92 01 02")]
    [InlineData("nil", "94 00 01 c0 92 01 02")]
    [InlineData("an array that looks like the rest", "94 00 01 92 a3 73756d 90 92 01 02")]
    [InlineData("a map", "94 00 01 82 a161 01 a162 c403010203 92 01 02")]
    [InlineData("an ext", "94 00 01 c703 05 010203 92 01 02")]
    [InlineData("a float", "94 00 01 cb3ff0000000000000 92 01 02")]
    public void TryRead_MethodThatIsNoText_IsReadOverAndSaid(string name, string hex)
    {
        byte[] message = Hex.Bytes(hex);

        Assert.True(MessageHead.TryRead(message, out MessageHead head), name);

        Assert.False(head.MethodIsText);
        Assert.Equal(1, head.MessageId);
        Assert.Equal("920102", Hex.Of(message.AsSpan(head.BodyStart)));
    }

    [Fact]
    public void TryRead_EmptyMethod_IsText()
    {
        // S47
        Assert.True(MessageHead.TryRead(Hex.Bytes("94 00 01 a0 92 01 02"), out MessageHead head));

        Assert.True(head.MethodIsText);
        Assert.True(head.Method.IsEmpty);
    }

    [Theory]
    [InlineData("S8, msgid beyond 32 bits", "94 00 cf0000000100000007 SUM")]
    [InlineData("msgid uint64 maximum", "94 00 cfffffffffffffffff SUM")]
    [InlineData("msgid below int32", "94 00 d3ffffffff7fffffff SUM")]
    [InlineData("msgid int64 minimum", "94 00 d38000000000000000 SUM")]
    [InlineData("S9, msgid nil", "94 00 c0 SUM")]
    [InlineData("S10, msgid float64", "94 00 cb3ff0000000000000 SUM")]
    [InlineData("msgid float32", "94 00 ca3f800000 SUM")]
    [InlineData("msgid text", "94 00 a131 SUM")]
    [InlineData("msgid bool", "94 00 c3 SUM")]
    [InlineData("msgid array", "94 00 9101 SUM")]
    [InlineData("msgid ext", "94 00 d40101 SUM")]
    [InlineData("S39, no array", "07")]
    [InlineData("a map", "82 00 01 a3 73756d 90")]
    [InlineData("nil", "c0")]
    [InlineData("text", "a3 73756d")]
    [InlineData("S40, empty", "90")]
    [InlineData("empty array16", "dc0000")]
    [InlineData("one element", "91 00")]
    [InlineData("two elements", "92 00 01")]
    [InlineData("S41, unknown type", "94 03 01 SUM")]
    [InlineData("S42, type -1", "94 ff 01 SUM")]
    [InlineData("type uint64 maximum", "94 cfffffffffffffffff 01 SUM")]
    [InlineData("type 256", "94 cd0100 01 SUM")]
    [InlineData("type nil", "94 c0 01 SUM")]
    [InlineData("type text", "94 a130 01 SUM")]
    [InlineData("type false", "94 c2 01 SUM")]
    [InlineData("type 0.0", "94 cb0000000000000000 01 SUM")]
    [InlineData("S44, five elements", "95 00 01 SUM c0")]
    [InlineData("S45, request of three", "93 00 01 a3 73756d")]
    [InlineData("response of three", "93 01 01 c0")]
    [InlineData("response of five", "95 01 01 c0 03 c0")]
    [InlineData("response with msgid nil", "94 01 c0 c0 03")]
    [InlineData("response with msgid float64", "94 01 cb3ff0000000000000 c0 03")]
    [InlineData("notification of four", "94 02 a3 73756d 90 c0")]
    [InlineData("notification of two", "92 02 a3 73756d")]
    public void TryRead_WhatBreaksTheProtocol_IsRefused(string name, string hex)
    {
        bool read = MessageHead.TryRead(Hex.Bytes(hex), out _);

        Assert.False(read, name);
    }
}
