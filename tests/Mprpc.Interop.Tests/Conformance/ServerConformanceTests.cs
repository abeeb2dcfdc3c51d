using Mprpc.Conformance;
using Mprpc.Conformance.Server;
using Mprpc.Conformance.Wire;

namespace Mprpc.Interop.Tests.Conformance;

/// <summary>The S cases against our server, over real sockets.</summary>
public sealed class ServerConformanceTests(ConformanceServer server)
{
    public static TheoryData<string, SplitMode> CasesAndModes
        => [
            .. from mode in Enum.GetValues<SplitMode>() from serverCase in ConformanceCases.Server
                select new TheoryDataRow<string, SplitMode>(serverCase.Id, mode),
        ];

    public static TheoryData<string> DefaultCases
        => [.. ConformanceCases.Server.Where(serverCase => serverCase.Profile == Profile.Default).Select(serverCase => serverCase.Id)];

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

    private static ServerCase CaseOf(string id) => ConformanceCases.Server.Single(serverCase => serverCase.Id == id);
}
