using System.Text.Json;
using CsCheck;
using Mprpc.Serialization.Json;

namespace Mprpc.Tool.Tests.Values;

/// <summary>What the tool prints, given to it as an argument, is the same value: byte for byte, if each part has its shortest encoding.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void Value_PrintedAndReadAgain_HasTheSameBytes()
        => Encoded.Values.Sample(
            bytes => new JsonToMessagePack().Encode(MessagePackToJson.Write(bytes)).AsSpan().SequenceEqual(bytes),
            iter: 3000,
            print: Convert.ToHexStringLower);

    [Fact]
    public void Value_PrintedOnSeveralLines_HasTheSameBytes()
        => Encoded.Values.Sample(
            bytes => new JsonToMessagePack().Encode(MessagePackToJson.Write(bytes, indented: true)).AsSpan().SequenceEqual(bytes),
            iter: 1000,
            print: Convert.ToHexStringLower);

    [Fact]
    public void Value_Printed_IsJsonWithoutControlCharacters()
        => Encoded.Values.Sample(
            bytes =>
            {
                string json = MessagePackToJson.Write(bytes);
                using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Form.MaxJsonDepth });
                return !json.Any(char.IsControl);
            },
            iter: 1000,
            print: Convert.ToHexStringLower);

    [Theory]
    [InlineData("c0", "null")]
    [InlineData("7f", "127")]
    [InlineData("cfffffffffffffffff", "18446744073709551615")]
    [InlineData("d38000000000000000", "-9223372036854775808")]
    [InlineData("cb3ff0000000000000", "1.0")]
    [InlineData("cb8000000000000000", "-0.0")]
    [InlineData("ca3fc00000", """{"$f32":1.5}""")]
    [InlineData("cb7ff8000000000000", """{"$f64":"NaN"}""")]
    [InlineData("cbfff8000000000000", """{"$f64":"0xfff8000000000000"}""")]
    [InlineData("c4020102", """{"$bin":"AQI="}""")]
    [InlineData("a1ff", """{"$str":"/w=="}""")]
    [InlineData("d6ff00000000", """{"$time":"1970-01-01T00:00:00Z"}""")]
    [InlineData("d7ff0000000400000001", """{"$time":"1970-01-01T00:00:01.000000001Z"}""")]
    [InlineData("d6ff0000", null)]
    [InlineData("d40501", """{"$ext":[5,"AQ=="]}""")]
    [InlineData("81a16101", """{"a":1}""")]
    [InlineData("810102", """{"$map":[[1,2]]}""")]
    [InlineData("82a16101a16102", """{"$map":[["a",1],["a",2]]}""")]
    [InlineData("81a42462696e01", """{"$map":[["$bin",1]]}""")]
    [InlineData("82a42462696e01a16102", """{"$bin":1,"a":2}""")]
    public void Bytes_OfEachKind_ArePrintedAs(string hex, string? json)
    {
        byte[] bytes = Convert.FromHexString(hex);

        if (json is null)
        {
            Assert.Throws<ValueException>(() => MessagePackToJson.Write(bytes));
            return;
        }

        Assert.Equal(json, MessagePackToJson.Write(bytes));
        Assert.Equal(hex, Convert.ToHexStringLower(new JsonToMessagePack().Encode(json)));
    }

    [Theory]
    [InlineData("18446744073709551616", "allowed are -9223372036854775808 to 18446744073709551615")]
    [InlineData("-9223372036854775809", "allowed are")]
    [InlineData("1e999", "is not a float64")]
    [InlineData("""{"$f32":1e99}""", "is not a float32")]
    [InlineData("""{"$bin":"?"}""", "base64")]
    [InlineData("""{"$ext":[128,""]}""", "from -128 to 127")]
    [InlineData("""{"$time":"yesterday"}""", "is not a time")]
    [InlineData("""{"$time":1}""", "is not a time")]
    [InlineData("""{"$map":[[1]]}""", "pairs")]
    [InlineData(""" "\ud800" """, "surrogate")]
    [InlineData("{", "not JSON")]
    public void Json_ThatCannotBeSent_IsRefusedWithTheRemedy(string json, string expected)
    {
        var exception = Assert.Throws<ValueException>(() => new JsonToMessagePack().Encode(json));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Value_DeeperThanIsShown_IsRefused()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)0x91, 200), 0xc0];
        string json = new string('[', 200) + new string(']', 200);

        Assert.Contains("128", Assert.Throws<ValueException>(() => MessagePackToJson.Write(deep)).Message, StringComparison.Ordinal);
        Assert.Contains("128", Assert.Throws<ValueException>(() => new JsonToMessagePack().Encode(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OldSpec_TextAndBytes_AreRaw()
    {
        var old = new JsonToMessagePack(oldSpec: true);

        Assert.Equal("92a16100", Convert.ToHexStringLower(old.Encode("""["a",0]""")));
        Assert.Equal("a2ff00", Convert.ToHexStringLower(old.Encode("""{"$bin":"/wA="}""")));
        Assert.Equal("da0020" + string.Concat(Enumerable.Repeat("61", 32)), Convert.ToHexStringLower(old.EncodeText(new string('a', 32))));
        Assert.Throws<ValueException>(() => old.Encode("""{"$time":"2026-01-01T00:00:00Z"}"""));
    }
}
