namespace Mprpc.EndToEnd.Tests;

/// <summary>samples/Chat, as a user runs it: a server, and people at consoles. Its page is in Mprpc.TypeScript.Tests.</summary>
public sealed class ChatSampleTests
{
    [Fact]
    public async Task SampleChat_TwoConsoles_SeeEachOthersWordsTheHistoryAndWhoIsHere()
    {
        await using ChildProcess server = Start("Console:", "--urls", "http://127.0.0.1:0", "--rpc", "tcp://127.0.0.1:0");
        string url = (await server.WaitForLineAsync()).Split(' ')[^1];
        await using ChildProcess ada = Start("Here are:", "join", "ada", url);
        await ada.WaitForLineAsync();
        await ada.TypeAsync("first");
        await ShowsAsync(ada, "ada: first");

        await using ChildProcess bob = Start("Here are:", "join", "bob", url);
        string here = await bob.WaitForLineAsync();
        await ShowsAsync(bob, "ada: first");
        await ShowsAsync(ada, "* bob is here");
        await bob.TypeAsync("second");
        await ShowsAsync(ada, "bob: second");
        await bob.TypeAsync(new string('x', 2001));
        await ShowsAsync(bob, "Not said: A message has 1 to 2000 characters, and no control characters.");
        bob.EndInput();
        await bob.WaitForExitAsync();
        await ShowsAsync(ada, "* bob has left");

        Assert.StartsWith("Here are: ada, bob.", here, StringComparison.Ordinal);
        Assert.Equal(0, bob.ExitCode);
        Assert.Single(Lines(ada), "ada: first");
        Assert.Single(Lines(bob), "ada: first");
    }

    [Fact]
    public async Task SampleChat_ServerStartedAnew_ConsoleJoinsAgainByItself()
    {
        string url = $"tcp://127.0.0.1:{Requirement.AnyFreePort()}";
        await using ChildProcess first = Start("Console:", "--urls", "http://127.0.0.1:0", "--rpc", url);
        await first.WaitForLineAsync();
        await using ChildProcess ada = Start("Here are:", "join", "ada", url);
        await ada.WaitForLineAsync();
        await ada.TypeAsync("before");
        await ShowsAsync(ada, "ada: before");

        await first.KillAsync();
        await using ChildProcess second = Start("Console:", "--urls", "http://127.0.0.1:0", "--rpc", url);
        await second.WaitForLineAsync();
        await Bounded.Until(() => Lines(ada).Count(line => line == "* ada is here") == 2, $"ada in the room again; shown is: {ada.Output}");
        await ada.TypeAsync("after");

        await ShowsAsync(ada, "ada: after");
    }

    private static ChildProcess Start(string expectedLine, params string[] arguments)
        => ChildProcess.Start("dotnet", [Sample.PathOf("Chat"), .. arguments], expectedLine, keepsInput: true);

    private static Task ShowsAsync(ChildProcess process, string line)
        => Bounded.Until(() => Lines(process).Contains(line), $"\"{line}\"; shown is: {process.Output}{process.Errors}");

    private static string[] Lines(ChildProcess process) => process.Output.ReplaceLineEndings("\n").Split('\n');
}
