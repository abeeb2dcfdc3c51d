using System.Text;
using Mprpc.Conformance;
using Mprpc.Conformance.Server;
using Mprpc.Conformance.Wire;

namespace Mprpc.Interop.Tests.Conformance;

/// <summary>The X cases against our server, over real sockets; and what an old client sees of a server with extensions, and of one without.</summary>
public sealed class ExtensionConformanceTests(ConformanceServer server)
{
    public static TheoryData<string, SplitMode> CasesAndModes
        => [.. from mode in Enum.GetValues<SplitMode>() from serverCase in ConformanceCases.Extensions select new TheoryDataRow<string,
            SplitMode>(serverCase.Id, mode)];

    public static TheoryData<string> DefaultCases
        => [.. ConformanceCases.Extensions.Where(serverCase => serverCase.Profile == Profile.Default).Select(serverCase => serverCase.Id)];

    [Theory]
    [MemberData(nameof(CasesAndModes))]
    public async Task Server_OverTcp_AnswersAsTheTableSays(string id, SplitMode mode)
    {
        ServerCase serverCase = CaseOf(id);

        CaseResult result = await ServerCaseRunner.RunAsync(server.EndpointOf(serverCase.Profile), serverCase, mode);

        Assert.True(result.Verdict == CaseVerdict.Pass, result.ToString());
    }

    [Theory]
    [MemberData(nameof(DefaultCases))]
    public async Task Server_OverAUnixSocket_AnswersAsTheTableSays(string id)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kestrel's Unix sockets are not used on Windows.");

        CaseResult result = await ServerCaseRunner.RunAsync(server.UnixSocket, CaseOf(id), SplitMode.Whole);

        Assert.True(result.Verdict == CaseVerdict.Pass, result.ToString());
    }

    [Fact]
    public async Task Hello_ToAServerWithTheDefaults_IsAnsweredWithTheseBytes()
    {
        // X1
        string answer = await AskAsync(Profile.Default, "HI");

        Assert.Equal(Convert.ToHexStringLower(Hex.Parse($"94 01 00 c0 92 01 OFFER")), answer);
    }

    [Theory]
    [InlineData("94 00 07 HELLO 92 01 80", "$/hello")]
    [InlineData("94 00 07 CALL 93 80 SUM", "$/call")]
    [InlineData("94 00 07 PING 90", "$/ping")]
    [InlineData("94 00 07 CANCEL 91 05", "$/cancel")]
    public async Task Request_OfAnExtension_WhereTheyAreOff_GetsTheBytesOfAnUnknownMethod(string vector, string name)
    {
        // X8
        string answer = await AskAsync(Profile.NoExtensions, vector);
        byte[] text = Encoding.UTF8.GetBytes($"Method '{name}' not found.");

        Assert.Equal(Convert.ToHexStringLower([0x94, 0x01, 0x07, (byte)(0xa0 + text.Length), .. text, 0xc0]), answer);
    }

    private static ServerCase CaseOf(string id) => ConformanceCases.Extensions.Single(serverCase => serverCase.Id == id);

    private async Task<string> AskAsync(Profile profile, string vector)
    {
        byte[] bytes = Hex.Parse(vector);
        using WireSocket socket = await WireSocket.ConnectAsync(server.EndpointOf(profile), CancellationToken.None);
        await socket.SendAsync(bytes, [bytes.Length], CancellationToken.None);
        WireValue? answer = await socket.ReadAsync(Bounded.Time);
        return answer is null ? "close" : Convert.ToHexStringLower(answer.Encoded);
    }
}
