using Mprpc.Messages;

namespace Mprpc.Protocol.Tests.Messages;

/// <summary>What a caller sees of each shape that peers send (docs/protocol.md 3.4); error and result as bytes.</summary>
public sealed class RemoteErrorReaderTests
{
    private const string NoMessage = "The peer answered with an error that has no message.";

    [Theory]
    [InlineData("text", "a4626f6f6d c0", "boom", null)]
    [InlineData("C2, empty text", "a0 c0", NoMessage, null)]
    [InlineData("bin as text", "d904626f6f6d c0", "boom", null)]
    [InlineData("C3, a number", "01 c0", "The peer answered with error 1.", "1")]
    [InlineData("a negative number", "ff c0", "The peer answered with error -1.", "-1")]
    [InlineData("uint64 maximum", "cfffffffffffffffff c0", "The peer answered with error 18446744073709551615.", "18446744073709551615")]
    [InlineData("zero", "00 c0", "The peer answered with error 0.", "0")]
    [InlineData("C4, false", "c2 c0", NoMessage, null)]
    [InlineData("true", "c3 c0", NoMessage, null)]
    [InlineData("C5, code and message", "9200a36d7367 c0", "msg", "0")]
    [InlineData("text code and message", "92a24537a36d7367 c0", "msg", "E7")]
    [InlineData("code and empty message", "9207a0 c0", NoMessage, "7")]
    [InlineData("an empty array", "90 c0", NoMessage, null)]
    [InlineData("an array of three", "93010203 c0", NoMessage, null)]
    [InlineData("two, no message", "920102 c0", NoMessage, null)]
    [InlineData("nil and a message", "92c0a36d7367 c0", NoMessage, null)]
    [InlineData("C6, a map with code", "81a4636f646507 c0", NoMessage, "7")]
    [InlineData("a map with code and message", "82a4636f646507a76d657373616765a4626f6f6d c0", "boom", "7")]
    [InlineData("an empty map", "80 c0", NoMessage, null)]
    [InlineData("bin", "c403ff0080 c0", NoMessage, null)]
    [InlineData("an ext", "d40105 c0", NoMessage, null)]
    public void Read_EachShape_TellsMessageAndCode(string name, string hex, string message, string? code)
    {
        MprpcRemoteException exception = Read(hex);

        Assert.True(message == exception.Message, $"{name}: {exception.Message}");
        Assert.Equal(code, exception.Code);
        Assert.Equal("sum", exception.Method);
    }

    [Theory]
    [InlineData("forbidden: No.", "forbidden")]
    [InlineData("unauthenticated: No.", "unauthenticated")]
    [InlineData("unauthenticated", "unauthenticated")]
    [InlineData("forbidden", "forbidden")]
    [InlineData("forbidden:No.", null)]
    [InlineData("forbiddenly done", null)]
    [InlineData("Forbidden: No.", null)]
    [InlineData("It is forbidden: No.", null)]
    [InlineData("title_missing: No.", null)]
    public void Read_CodeInTheMessage_IsFoundInEveryShape(string message, string? code)
    {
        // docs/protocol.md 10.3
        string text = Hex.Of(MprpcRaw.From(message).Memory.Span);

        MprpcRemoteException plain = Read($"{text} c0");
        MprpcRemoteException coded = Read($"9200{text} c0");

        Assert.Equal((message, code), (plain.Message, plain.Code));
        Assert.Equal((message, code ?? "0"), (coded.Message, coded.Code));
    }

    [Fact]
    public void Read_JavasShape_KeepsTheResultAsData()
    {
        // C7
        MprpcRemoteException exception = Read("ab52656d6f74654572726f72 91a4626f6f6d");

        Assert.Equal("RemoteError", exception.Message);
        Assert.Equal("RemoteError", exception.Code);
        Assert.Equal(new object[] { "boom" }, exception.ErrorData);
    }

    [Fact]
    public void Read_Map_KeepsItAsData()
    {
        MprpcRemoteException exception = Read("82a4636f646507a161a162 c0");

        var data = Assert.IsAssignableFrom<IDictionary<object, object?>>(exception.ErrorData);
        Assert.Equal("b", data["a"]);
    }

    [Fact]
    public void Read_Bin_KeepsItsBytesAsData()
    {
        MprpcRemoteException exception = Read("c403ff0080 c0");

        Assert.Equal(new byte[] { 0xff, 0x00, 0x80 }, exception.ErrorData);
    }

    [Theory]
    [InlineData("an ext the serializer does not know", "d40105 c0")]
    [InlineData("a timestamp of a wrong length", "c703ff010203 c0")]
    [InlineData("a map with one key twice", "82 0101 0102 c0")]
    [InlineData("a map with an array as its key", "81 9101 01 c0")]
    [InlineData("a map with nil as its key", "81 c0 01 c0")]
    [InlineData("a number, its result a timestamp of a wrong length", "07 c703ff010203")]
    [InlineData("a number, its result a timestamp out of range", "07 c70cffffffffffffffffffffffffff")]
    [InlineData("a number, its result text that is no UTF-8", "07 a3ff0080")]
    [InlineData("a number, its result an ext", "07 d40105")]
    [InlineData("text, its result an ext", "a161 d40105")]
    [InlineData("a timestamp out of range", "c70cffffffffffffffffffffffffff c0")]
    [InlineData("text that is no UTF-8", "a3ff0080 c0")]
    public void Read_WhatCannotBeDecoded_StillIsAnError(string name, string hex)
    {
        MprpcRemoteException exception = Read(hex);

        Assert.False(string.IsNullOrEmpty(exception.Message), name);
    }

    private static MprpcRemoteException Read(string hex)
    {
        var reader = new MprpcReader(Hex.Bytes(hex), position: 0, count: 2, MprpcSerializerOptions.Default, loop: null);
        return RemoteErrorReader.Read("sum", ref reader);
    }
}
