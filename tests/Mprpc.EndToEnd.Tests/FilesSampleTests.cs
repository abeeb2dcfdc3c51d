namespace Mprpc.EndToEnd.Tests;

/// <summary>samples/Files, as a user runs it.</summary>
public sealed class FilesSampleTests
{
    [Fact]
    public async Task SampleFiles_Run_SendsAFileUpAndDownAndEndsByItself()
    {
        string output = await ChildProcess.RunAsync("dotnet", [Sample.PathOf("Files"), "16"]);

        string[] lines = output.ReplaceLineEndings("\n").Trim().Split('\n');
        Assert.Contains("sent 100 %", lines);
        Assert.Contains("The server has 16,777,216 bytes.", lines);
        Assert.Contains("received 100 %", lines);
        Assert.Contains("The same bytes came back.", lines);
        Assert.Contains("not_found: There is no file 'nothing.bin'.", lines);
    }
}
