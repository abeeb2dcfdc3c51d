using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Wire;

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
    [InlineData("code and empty message", "9207a0 c0", "The peer answered with error 7.", "7")]
    [InlineData("an empty array", "90 c0", NoMessage, null)]
    [InlineData("an array of three", "93010203 c0", NoMessage, null)]
    [InlineData("two, no message", "920102 c0", NoMessage, null)]
    [InlineData("nil and a message", "92c0a36d7367 c0", "msg", null)]
    [InlineData("a message alone", "91a36d7367 c0", "msg", null)]
    [InlineData("bin in a pair", "9200c4036d7367 c0", "msg", "0")]
    [InlineData("bin", "c4036d7367 c0", "msg", null)]
    [InlineData("class, message, backtrace", "93a3436c73a36d73679101 c0", "msg", "Cls")]
    [InlineData("number, message, data", "9307a36d736781a161 01 c0", "msg", "7")]
    [InlineData("message and number", "92a36d736707 c0", "msg", null)]
    [InlineData("text in another encoding", "a463616ce9 c0", "cal\uFFFD", null)]
    [InlineData("C6, a map with code", "81a4636f646507 c0", "The peer answered with error 7.", "7")]
    [InlineData("a map of .NET", "81a74d657373616765a4626f6f6d c0", "boom", null)]
    [InlineData("a map with bin", "81a36d7367c404626f6f6d c0", "boom", null)]
    [InlineData("C7, java", "ab52656d6f74654572726f72 91a4626f6f6d", "boom", "RemoteError")]
    [InlineData("ruby, plain", "a24537 a4626f6f6d", "boom", "E7")]
    [InlineData("ruby, bin", "a24537 91c404626f6f6d", "boom", "E7")]
    [InlineData("ruby, a map", "a24537 81a74d657373616765a4626f6f6d", "boom", "E7")]
    [InlineData("ruby, no text", "a24537 9105", "E7", "E7")]
    [InlineData("ruby, no code", "a0 91a4626f6f6d", "boom", null)]
    [InlineData("a number and a message", "07 91a4626f6f6d", "boom", "7")]
    [InlineData("Go, an empty result", "a4626f6f6d 80", "boom", null)]
    [InlineData("an empty array as result", "a4626f6f6d 90", "boom", null)]
    [InlineData("a pair beside a result", "9200a36d7367 a4626f6f6d", "msg", "0")]
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

    [Theory]
    [InlineData("all is told by message and code", "ab52656d6f74654572726f72 91a4626f6f6d", "c0")]
    [InlineData("a text alone", "a4626f6f6d c0", "c0")]
    [InlineData("a number", "07 c0", "c0")]
    [InlineData("false", "c2 c0", "c2")]
    [InlineData("a number and a value", "07 05", "05")]
    [InlineData("a backtrace", "93a3436c73a36d73679101 c0", "9101")]
    [InlineData("more than one value", "94a3436c73a36d736701 02 c0", "920102")]
    [InlineData("beside a pair", "9200a36d7367 a4626f6f6d", "a4626f6f6d")]
    [InlineData("beside a text", "a24537 9105", "9105")]
    [InlineData("behind the message of a result", "a24537 92a4626f6f6d05", "05")]
    [InlineData("beside what is behind a pair", "9300a36d736705 07", "920507")]
    [InlineData("data of a map", "83a76d657373616765a4626f6f6da4636f6465a24537a46461746105 c0", "05")]
    [InlineData("a map without data", "82a76d657373616765a4626f6f6da4636f6465a24537 c0", "c0")]
    [InlineData("a map with other keys", "82a76d657373616765a4626f6f6da16105 c0", "82a76d657373616765a4626f6f6da16105")]
    [InlineData("a map without a message", "81a4636f646507 c0", "81a4636f646507")]
    public void Read_EachShape_KeepsTheRestAsData(string name, string hex, string data)
    {
        MprpcRemoteException exception = Read(hex);

        Assert.True(data == Hex.Of(MprpcRaw.From(exception.ErrorData).Memory.Span), $"{name}: {MprpcRaw.From(exception.ErrorData)}");
    }

    [Fact]
    public void Read_WhatOurServerWrites_IsWhatWasThrownInEachShape()
    {
        foreach (MprpcErrorShape shape in Enum.GetValues<MprpcErrorShape>())
        {
            MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);
            ResponseWriter.WriteError(writer, 9, new RpcError(RpcErrorKind.Handler, "boom", "E7", new[] { 1, 2 }), shape);

            var reader = new MprpcReader(writer.WrittenMemory, position: 3, count: 2, MprpcSerializerOptions.Default, loop: null);
            MprpcRemoteException exception = RemoteErrorReader.Read("sum", ref reader);

            string? code = shape switch
            {
                MprpcErrorShape.Map or MprpcErrorShape.CodeWithMessageAsResult => "E7",
                MprpcErrorShape.CodeAndMessage => "0",
                MprpcErrorShape.NonZeroCodeAndMessage => "255",
                _ => null,
            };
            Assert.Equal((shape, "boom", code), (shape, exception.Message, exception.Code));
            Assert.Equal((shape, shape == MprpcErrorShape.Map ? "920102" : "c0"), (shape, Hex.Of(MprpcRaw.From(exception.ErrorData).Memory.Span)));
        }
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
