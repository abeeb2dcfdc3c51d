using System.Text;
using Mprpc.Wire;
using static Mprpc.Core.Tests.Connections.ControlBytes;

namespace Mprpc.Core.Tests.Wire;

public sealed class CallEnvelopeTests
{
    private static readonly string s_sum = Text("sum") + "920102";

    public static TheoryData<string, string?> Params => new()
    {
        { $"9380{s_sum}", null },
        { $"93c0{s_sum}", null },      // X10
        { $"9381a3666f6f01{s_sum}", null },
        { $"938101c0{s_sum}", null },
        { $"9381c08190c0{s_sum}", null },
        { $"93de0000{s_sum}", null },
        { $"dc0003df00000000{s_sum}", null },
        { $"dd0000000380{s_sum}", null },
        { $"9381{Text("meta")}c0{s_sum}", null },
        { $"9381{Text("meta")}80{s_sum}", null },
        { $"9381{Text("timeout")}00{s_sum}", null },
        { $"9381c40774696d656f757432{s_sum}", null },      // the key as binary
        { "c0", "Method '$/call' takes its params as an array: [options, method, params]." },
        { "80", "Method '$/call' takes its params as an array: [options, method, params]." },
        { "07", "Method '$/call' takes its params as an array: [options, method, params]." },
        { "90", "Method '$/call' takes 3 params: [options, method, params]; it has 0." },
        { "9280a373756d", "Method '$/call' takes 3 params: [options, method, params]; it has 2." },     // X14
        { $"9480{s_sum}c0", "Method '$/call' takes 3 params: [options, method, params]; it has 4." },
        { $"9307{s_sum}", "Param 1 ('options') of method '$/call' must be a map or nil." },     // X14
        { $"9390{s_sum}", "Param 1 ('options') of method '$/call' must be a map or nil." },
        { $"93a0{s_sum}", "Param 1 ('options') of method '$/call' must be a map or nil." },
        { $"9381{Text("timeout")}c0{s_sum}", "Option 'timeout' of method '$/call' must be a number of milliseconds, 0 or more." },
        { $"9381{Text("timeout")}ff{s_sum}", "Option 'timeout' of method '$/call' must be a number of milliseconds, 0 or more." },
        { $"9381{Text("timeout")}a132{s_sum}", "Option 'timeout' of method '$/call' must be a number of milliseconds, 0 or more." },
        { $"9381{Text("timeout")}cb3ff8000000000000{s_sum}", "Option 'timeout' of method '$/call' must be a number of milliseconds, 0 or more." },
        { $"9381{Text("timeout")}d38000000000000000{s_sum}", "Option 'timeout' of method '$/call' must be a number of milliseconds, 0 or more." },
        { $"9381{Text("meta")}90{s_sum}", "Option 'meta' of method '$/call' must be a map." },
        { $"9381{Text("meta")}07{s_sum}", "Option 'meta' of method '$/call' must be a map." },
        { $"9381{Text("meta")}8101a161{s_sum}", KeyRefused("") },      // X16
        { $"9381{Text("meta")}81a141a161{s_sum}", KeyRefused("A") },
        { $"9381{Text("meta")}81a0a161{s_sum}", KeyRefused("") },
        { $"9381{Text("meta")}81{Text("a b")}a161{s_sum}", KeyRefused("a b") },
        { $"9381{Text("meta")}81{Text("é")}a161{s_sum}", KeyRefused("é") },
        { $"9381{Text("meta")}81c0a161{s_sum}", KeyRefused("") },
        { $"9381{Text("meta")}81a17807{s_sum}", "The value of 'x' in option 'meta' of method '$/call' must be text or binary." },
        { $"9381{Text("meta")}81a178c0{s_sum}", "The value of 'x' in option 'meta' of method '$/call' must be text or binary." },
        { $"9381{Text("meta")}81a17891a161{s_sum}", "The value of 'x' in option 'meta' of method '$/call' must be text or binary." },
    };

    [Theory]
    [MemberData(nameof(Params))]
    public void Read_OfAnyParams_GivesTheCallOrSaysWhatIsWrong(string parameters, string? problem)
    {
        byte[] message = Hex.Bytes(parameters);

        string? actual = CallEnvelope.Read(message, 0, out CallEnvelope envelope);

        Assert.Equal(problem, actual);

        if (problem is null)
        {
            Assert.Equal("sum", Encoding.UTF8.GetString(envelope.Method));
            Assert.True(envelope.MethodIsText);
            Assert.Equal("920102", Hex.Of(message.AsSpan(envelope.ParamsStart)));
        }
    }

    [Theory]
    [InlineData("07")]
    [InlineData("c0")]
    [InlineData("9191a173")]
    [InlineData("81a173c0")]
    public void Read_OfAMethodThatIsNoName_FindsTheParamsAllTheSame(string method)
    {
        byte[] message = Hex.Bytes($"9380{method}920102");

        string? problem = CallEnvelope.Read(message, 0, out CallEnvelope envelope);

        Assert.Null(problem);
        Assert.False(envelope.MethodIsText);
        Assert.Equal("920102", Hex.Of(message.AsSpan(envelope.ParamsStart)));
    }

    [Theory]
    [InlineData("00", 0)]
    [InlineData("32", 50)]
    [InlineData("d032", 50)]
    [InlineData("cd01f4", 500)]
    [InlineData("cf7fffffffffffffff", long.MaxValue)]
    [InlineData("cf8000000000000000", long.MaxValue)]
    [InlineData("cfffffffffffffffff", long.MaxValue)]
    public void Read_OfATimeout_IsTakenInEachWidth(string value, long milliseconds)
    {
        byte[] message = Hex.Bytes($"9381{Text("timeout")}{value}{s_sum}");

        CallEnvelope.Read(message, 0, out CallEnvelope envelope);

        Assert.Equal(milliseconds, envelope.TimeoutMilliseconds);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Read_OfAKeysLength_IsAllowedUpToTheBound(int length, bool isAllowed)
    {
        string? problem = Read($"81{Text(new string('k', length))}a161");

        Assert.Equal(isAllowed, problem is null);
    }

    [Theory]
    [InlineData(64, null)]
    [InlineData(65, "Option 'meta' of method '$/call' has 65 entries; 64 are allowed.")]
    public void Read_OfEntries_IsAllowedUpToTheBound(int count, string? expected)
    {
        string? problem = Read($"de{count:x4}{string.Concat(Enumerable.Range(0, count).Select(i => Text($"k{i}") + "a0"))}");

        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData(8191, null)]
    [InlineData(8192, "Option 'meta' of method '$/call' may have 8,192 bytes of keys and values; it has 8,193, most of them in 'x'.")]
    [InlineData(8193, "Option 'meta' of method '$/call' may have 8,192 bytes of keys and values; it has 8,194, most of them in 'x'.")]       // X15
    public void Read_OfBytes_IsAllowedUpToTheBound(int valueLength, string? expected)
    {
        string? problem = Read($"81a178c5{valueLength:x4}{string.Concat(Enumerable.Repeat("00", valueLength))}");

        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Metadata_ThatIsRead_HasTheEntriesAsTheyWereSent()
    {
        byte[] message = Hex.Bytes($"9381{Text("meta")}83{Text("tenant")}a178{Text("raw-bin")}c402ff00{Text("a.b_c-1")}a0{s_sum}");
        CallEnvelope.Read(message, 0, out CallEnvelope envelope);

        MprpcMetadata metadata = MetadataReader.Read(message[envelope.Metadata]);

        Assert.Equal(["tenant", "raw-bin", "a.b_c-1"], metadata.Select(entry => entry.Key));
        Assert.Equal([false, true, false], metadata.Select(entry => entry.IsBinary));
        Assert.Equal("x", metadata.GetString("tenant"));
        Assert.Equal(new byte[] { 0xff, 0x00 }, metadata.GetBytes("raw-bin")!.Value.ToArray());
        Assert.Equal("", metadata["a.b_c-1"]);
    }

    [Fact]
    public void Metadata_WithAKeyTwice_GivesTheFirst()
    {
        byte[] message = Hex.Bytes($"9381{Text("meta")}82{Text("k")}a131{Text("k")}a132{s_sum}");
        CallEnvelope.Read(message, 0, out CallEnvelope envelope);

        MprpcMetadata metadata = MetadataReader.Read(message[envelope.Metadata]);

        Assert.Equal("1", metadata["k"]);
    }

    [Fact]
    public void Metadata_ThatIsThereTwiceAndNilAtLast_IsNone()
    {
        byte[] message = Hex.Bytes($"9382{Text("meta")}81{Text("k")}a131{Text("meta")}c0{s_sum}");

        CallEnvelope.Read(message, 0, out CallEnvelope envelope);

        Assert.Empty(message[envelope.Metadata]);
    }

    [Theory]
    [InlineData("k", true)]
    [InlineData("authorization", true)]
    [InlineData("b", true)]
    [InlineData("v", false)]
    [InlineData("authorizatio", false)]
    public void Key_OfMetadata_IsFoundAmongTheKeysOnly(string key, bool isThere)
    {
        byte[] message = Hex.Bytes($"9381{Text("meta")}83{Text("k")}{Text("v")}c40162c40176{Text("authorization")}a0{s_sum}");
        CallEnvelope.Read(message, 0, out CallEnvelope envelope);

        bool found = MetadataReader.Contains(message.AsSpan()[envelope.Metadata], Encoding.UTF8.GetBytes(key));

        Assert.Equal(isThere, found);
    }

    private static string? Read(string metadata) => CallEnvelope.Read(Hex.Bytes($"9381{Text("meta")}{metadata}{s_sum}"), 0, out _);

    private static string KeyRefused(string key)
        => $"Key '{key}' in option 'meta' of method '$/call' is not allowed: a key is text of 1 to 64 characters of a-z, 0-9, '.', '_' and '-'.";
}
