namespace Mprpc.EndToEnd.Tests;

/// <summary>samples/Transport, as a user runs it.</summary>
public sealed class TransportSampleTests
{
    [Fact]
    public async Task SampleTransport_Run_EndsByItselfAfterCallsBothWaysAndALoss()
    {
        string output = await ChildProcess.RunAsync("dotnet", [Sample.PathOf("Transport")]);

        Assert.Equal(
            [
                "The router has registered:  read_pin over the line mprpc",
                "It reads pin 7 of me:       700",
                "Over another line:          read_pin over the line mprpc",
            ],
            output.ReplaceLineEndings("\n").Trim().Split('\n'));
    }
}
