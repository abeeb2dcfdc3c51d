namespace Mprpc.EndToEnd.Tests;

/// <summary>samples/Tls, as a user runs it.</summary>
public sealed class TlsSampleTests
{
    [Fact]
    public async Task SampleTls_Run_EndsByItselfWithTheThreeOutcomes()
    {
        string output = await ChildProcess.RunAsync("dotnet", [Sample.PathOf("Tls")]);

        Assert.Equal(
            [
                "With a certificate:    hello, anna",
                "Without:               the server ends the connection.",
                "Of another authority:  the client ends the connection, and has said nothing.",
            ],
            output.ReplaceLineEndings("\n").Trim().Split('\n'));
    }
}
