namespace Mprpc.EndToEnd.Tests;

/// <summary>samples/Extensions, as a user runs it.</summary>
public sealed class ExtensionsSampleTests
{
    [Fact]
    public async Task SampleExtensions_Run_EndsByItselfWithALineForEachExtensionPoint()
    {
        string output = await ChildProcess.RunAsync("dotnet", [Sample.PathOf("Extensions")]);

        Assert.Equal(
            [
                "Filter:         divide(6, 3) = 2, divide(1, 0): DivideByZeroException",
                "Formatter:      21.5 degrees are \"21.5 C\" on the wire",
                "Authentication: with a key \"hello, anna\", with another no login, without one unauthenticated",
                "Naming:         GetUserAsync is users.getUser (user 7, user 7), CountAsync is Count (1)",
                "Errors:         not_found: There is no account bob. | overdrawn: The account lacks 20 euros. (20) | Internal error.",
            ],
            output.ReplaceLineEndings("\n").Trim().Split('\n'));
    }
}
