using Mprpc.Conformance;
using Mprpc.Conformance.Client;
using Mprpc.Conformance.Wire;

namespace Mprpc.Interop.Tests.Conformance;

/// <summary>The C and K cases against our client, over real sockets.</summary>
public sealed class ClientConformanceTests
{
    public static TheoryData<string, SplitMode> CasesAndModes
        => [
            .. from mode in Enum.GetValues<SplitMode>() from clientCase in ConformanceCases.Client.Concat(ConformanceCases.ClientStreams)
                select new TheoryDataRow<string, SplitMode>(clientCase.Id, mode),
        ];

    [Theory]
    [MemberData(nameof(CasesAndModes))]
    public async Task Client_OverTcp_EndsItsCallsAsTheTableSays(string id, SplitMode mode)
    {
        ClientCase clientCase = ConformanceCases.Client.Concat(ConformanceCases.ClientStreams).Single(candidate => candidate.Id == id);

        CaseResult result = await ClientCaseRunner.RunAsync(clientCase, () => new ClientUnderTest(), mode);

        Assert.True(result.Verdict == CaseVerdict.Pass, result.ToString());
    }
}
