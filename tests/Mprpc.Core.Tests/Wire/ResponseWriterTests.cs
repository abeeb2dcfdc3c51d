using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Wire;

public sealed class ResponseWriterTests
{
    [Theory]
    [InlineData(1, "94 01 01 c0 03")]
    [InlineData(0, "94 01 00 c0 03")]
    [InlineData(127, "94 01 7f c0 03")]
    [InlineData(128, "94 01 cc80 c0 03")]
    [InlineData(255, "94 01 ccff c0 03")]
    [InlineData(256, "94 01 cd0100 c0 03")]
    [InlineData(65536, "94 01 ce00010000 c0 03")]
    [InlineData(int.MaxValue, "94 01 ce7fffffff c0 03")]
    [InlineData(0x80000000L, "94 01 ce80000000 c0 03")]
    [InlineData(uint.MaxValue, "94 01 ceffffffff c0 03")]
    [InlineData(-1, "94 01 ff c0 03")]
    [InlineData(-32, "94 01 e0 c0 03")]
    [InlineData(-33, "94 01 d0df c0 03")]
    [InlineData(int.MinValue, "94 01 d280000000 c0 03")]
    public void WriteResult_AnyMessageId_EchoesItInItsShortestForm(long messageId, string expected)
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);

        ResponseWriter.WriteResult(writer, messageId, 3);

        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), Hex.Of(writer.WrittenSpan));
    }

    [Fact]
    public void WriteResult_OfAMethodWithoutResult_IsNil()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);

        ResponseWriter.WriteResult(writer, 1, default(NoValue));

        Assert.Equal("940101c0c0", Hex.Of(writer.WrittenSpan));
    }

    // The keys of a map.
    private const string Message = "a76d657373616765";
    private const string Code = "a4636f6465";
    private const string Data = "a464617461";

    // docs/protocol.md 3.3
    public static TheoryData<string, int, int, string, string?, string> Errors => new()
    {
        { "S24", (int)MprpcErrorShape.Message, (int)RpcErrorKind.Handler, "boom", null, "940109 a4626f6f6d c0" },
        { "message with code", (int)MprpcErrorShape.Message, (int)RpcErrorKind.Handler, "boom", "E7", "940109 a4626f6f6d c0" },
        { "S25, empty with code", (int)MprpcErrorShape.Message, (int)RpcErrorKind.Handler, "", "E7", "940109 a24537 c0" },
        { "S25, empty", (int)MprpcErrorShape.Message, (int)RpcErrorKind.Handler, "", null, "940109 a64572726f722e c0" },
        { "unknown method", (int)MprpcErrorShape.Message, (int)RpcErrorKind.UnknownMethod, "no", null, "940109 a26e6f c0" },
        { "S26", (int)MprpcErrorShape.CodeAndMessage, (int)RpcErrorKind.Handler, "boom", "E7", "940109 9200a4626f6f6d c0" },
        { "neovim, unknown method", (int)MprpcErrorShape.CodeAndMessage, (int)RpcErrorKind.UnknownMethod, "no", null, "940109 9201a26e6f c0" },
        { "neovim, arguments", (int)MprpcErrorShape.CodeAndMessage, (int)RpcErrorKind.InvalidArguments, "no", null, "940109 9201a26e6f c0" },
        { "neovim, empty", (int)MprpcErrorShape.CodeAndMessage, (int)RpcErrorKind.Handler, "", null, "940109 9200a64572726f722e c0" },
        {
            "S27", (int)MprpcErrorShape.CodeWithMessageAsResult, (int)RpcErrorKind.UnknownMethod, "no", null,
            "940109 b8" + Hex.Of(".CallError.NoMethodError"u8) + "91a26e6f"
        },
        {
            "ruby, arguments", (int)MprpcErrorShape.CodeWithMessageAsResult, (int)RpcErrorKind.InvalidArguments, "no", null,
            "940109 b8" + Hex.Of(".CallError.ArgumentError"u8) + "91a26e6f"
        },
        { "ruby, code", (int)MprpcErrorShape.CodeWithMessageAsResult, (int)RpcErrorKind.Handler, "boom", "E7", "940109 a24537 91a4626f6f6d" },
        { "java", (int)MprpcErrorShape.CodeWithMessageAsResult, (int)RpcErrorKind.Handler, "boom", null, "940109 ab52656d6f74654572726f72 91a4626f6f6d" },
        {
            "java, empty code",
            (int)MprpcErrorShape.CodeWithMessageAsResult,
            (int)RpcErrorKind.Handler,
            "boom",
            "",
            "940109 ab52656d6f74654572726f72 91a4626f6f6d"
        },
        { "S28", (int)MprpcErrorShape.Number, (int)RpcErrorKind.UnknownMethod, "no", null, "940109 01 c0" },
        { "jubatus, arguments", (int)MprpcErrorShape.Number, (int)RpcErrorKind.InvalidArguments, "no", null, "940109 02 c0" },
        {
            "10.3, the code in the message", (int)MprpcErrorShape.Message, (int)RpcErrorKind.Handler, "No.", "forbidden",
            "940109 ae" + Hex.Of("forbidden: No."u8) + "c0"
        },
        {
            "10.3, the code in the message already", (int)MprpcErrorShape.Number, (int)RpcErrorKind.Handler, "forbidden: No.", "forbidden",
            "940109 ae" + Hex.Of("forbidden: No."u8) + "c0"
        },
        { "10.3, the code alone", (int)MprpcErrorShape.Message, (int)RpcErrorKind.Handler, "", "forbidden", "940109 a9" + Hex.Of("forbidden"u8) + "c0" },
        {
            "10.3, neovim", (int)MprpcErrorShape.CodeAndMessage, (int)RpcErrorKind.Handler, "No.", "unauthenticated",
            "940109 9200b4" + Hex.Of("unauthenticated: No."u8) + "c0"
        },
        {
            "10.3, java", (int)MprpcErrorShape.CodeWithMessageAsResult, (int)RpcErrorKind.Handler, "No.", "unauthenticated",
            "940109 af" + Hex.Of("unauthenticated"u8) + "91a34e6f2e"
        },
        { "map", (int)MprpcErrorShape.Map, (int)RpcErrorKind.Handler, "boom", null, $"940109 81 {Message} a4626f6f6d c0" },
        { "map, code", (int)MprpcErrorShape.Map, (int)RpcErrorKind.Handler, "boom", "E7", $"940109 82 {Message} a4626f6f6d {Code} a24537 c0" },
        {
            "map, a told code", (int)MprpcErrorShape.Map, (int)RpcErrorKind.Handler, "No.", "forbidden",
            $"940109 82 {Message} a34e6f2e {Code} a9" + Hex.Of("forbidden"u8) + "c0"
        },
        {
            "map, unknown method", (int)MprpcErrorShape.Map, (int)RpcErrorKind.UnknownMethod, "no", null,
            $"940109 82 {Message} a26e6f {Code} ae" + Hex.Of("unknown_method"u8) + "c0"
        },
        {
            "map, arguments", (int)MprpcErrorShape.Map, (int)RpcErrorKind.InvalidArguments, "no", null,
            $"940109 82 {Message} a26e6f {Code} ae" + Hex.Of("invalid_params"u8) + "c0"
        },
        { "map, empty", (int)MprpcErrorShape.Map, (int)RpcErrorKind.Handler, "", null, $"940109 81 {Message} a64572726f722e c0" },
        { "arduino", (int)MprpcErrorShape.NonZeroCodeAndMessage, (int)RpcErrorKind.Handler, "boom", "E7", "940109 92ccffa4626f6f6d c0" },
        { "arduino, unknown method", (int)MprpcErrorShape.NonZeroCodeAndMessage, (int)RpcErrorKind.UnknownMethod, "no", null, "940109 92ccfea26e6f c0" },
        { "arduino, arguments", (int)MprpcErrorShape.NonZeroCodeAndMessage, (int)RpcErrorKind.InvalidArguments, "no", null, "940109 92ccfda26e6f c0" },
        {
            "10.3, arduino", (int)MprpcErrorShape.NonZeroCodeAndMessage, (int)RpcErrorKind.Handler, "No.", "forbidden",
            "940109 92ccffae" + Hex.Of("forbidden: No."u8) + "c0"
        },
        { "jubatus, exception", (int)MprpcErrorShape.Number, (int)RpcErrorKind.Handler, "boom", "E7", "940109 a4626f6f6d c0" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void WriteError_EachShape_IsWhatItsPeersRead(string name, int shape, int kind, string message, string? code, string expected)
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);

        ResponseWriter.WriteError(writer, 9, new RpcError((RpcErrorKind)kind, message, code), (MprpcErrorShape)shape);

        Assert.True(expected.Replace(" ", "", StringComparison.Ordinal) == Hex.Of(writer.WrittenSpan), $"{name}: {Hex.Of(writer.WrittenSpan)}");
    }

    [Fact]
    public void WriteError_DataOfAnyType_StandsInTheMapAlone()
    {
        foreach (MprpcErrorShape shape in Enum.GetValues<MprpcErrorShape>())
        {
            MprpcWriter with = MprpcWriter.Rent(MprpcSerializerOptions.Default);
            MprpcWriter without = MprpcWriter.Rent(MprpcSerializerOptions.Default);

            Assert.Null(ResponseWriter.WriteError(with, 9, new RpcError(RpcErrorKind.Handler, "boom", "E7", new[] { 1, 2 }), shape));
            ResponseWriter.WriteError(without, 9, new RpcError(RpcErrorKind.Handler, "boom", "E7"), shape);

            string expected = shape == MprpcErrorShape.Map ? $"94010983{Message}a4626f6f6d{Code}a24537{Data}920102c0" : Hex.Of(without.WrittenSpan);
            Assert.Equal((shape, expected), (shape, Hex.Of(with.WrittenSpan)));
        }
    }

    [Fact]
    public void WriteError_DataThatCannotBeWritten_IsLeftOutAndSaid()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);
        writer.WriteInt64(7);       // an answer that stands before it in the batch

        Exception? failure = ResponseWriter.WriteError(
            writer, 9, new RpcError(RpcErrorKind.Handler, "boom", "E7", new object[] { 1, new Action(() => { }) }), MprpcErrorShape.Map);

        Assert.NotNull(failure);
        Assert.Equal($"0794010982{Message}a4626f6f6d{Code}a24537c0", Hex.Of(writer.WrittenSpan));
    }

    [Fact]
    public void WriteError_OldSpec_WritesALongTextAsRaw16()
    {
        // S38
        string message = new('x', 40);
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default.WithOldSpec());

        ResponseWriter.WriteError(writer, 9, new RpcError(RpcErrorKind.Handler, message), MprpcErrorShape.Message);

        Assert.Equal("940109da0028" + string.Concat(Enumerable.Repeat("78", 40)) + "c0", Hex.Of(writer.WrittenSpan));
    }
}
