using Microsoft.Playwright;

namespace Mprpc.TypeScript.Tests;

/// <summary>samples/Chat: its page in Chromium, and someone at a console, in one room.</summary>
public sealed class ChatSampleTests
{
    [Fact]
    public async Task Page_AndAConsole_ShowEachOthersWords()
    {
        await NodePackage.RequireAsync();
        await using Browser browser = await Browser.StartAsync();
        await using ChildProcess server = Start("Console:", "--urls", "http://127.0.0.1:0", "--rpc", "tcp://127.0.0.1:0");
        string url = (await server.WaitForLineAsync()).Split(' ')[^1];
        await using ChildProcess ada = Start("Here are:", "join", "ada", url);
        await ada.WaitForLineAsync();
        await ada.TypeAsync("before the page");
        IPage page = browser.Page;

        await page.GotoAsync(PageOf(server)).InTime();
        await page.FillAsync("#name", "bob").InTime();
        await page.ClickAsync("#join button").InTime();
        await ShowsAsync(page.Locator("#messages li", new() { HasText = "ada: before the page" }));
        await ShowsAsync(page.Locator("#here", new() { HasText = "ada, bob" }));
        await page.FillAsync("#text", "<b>from the page</b>").InTime();
        await page.ClickAsync("#say button").InTime();
        await Bounded.Until(() => ada.Output.Contains("bob: <b>from the page</b>", StringComparison.Ordinal), $"the page's words: {ada.Output}{ada.Errors}");
        await ada.TypeAsync("from the console");
        await ShowsAsync(page.Locator("#messages li", new() { HasText = "ada: from the console" }));
        ada.EndInput();
        await ShowsAsync(page.Locator("#here", new() { HasTextRegex = new("^bob$") }));

        Assert.Equal(
            ["ada: before the page", "bob: <b>from the page</b>", "ada: from the console"], await page.Locator("#messages li").AllTextContentsAsync().InTime());
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Page_ClientNotBuilt_SaysHowToBuildIt()
    {
        NodePackage.Node();
        await using Browser browser = await Browser.StartAsync();
        await using ChildProcess server = Start("Console:", "--urls", "http://127.0.0.1:0", "--rpc", "tcp://127.0.0.1:0");
        await server.WaitForLineAsync();
        await browser.Page.RouteAsync("**/typescript/**", route => route.FulfillAsync(new() { Status = 404 })).InTime();

        await browser.Page.GotoAsync(PageOf(server)).InTime();

        await ShowsAsync(browser.Page.Locator("#status", new() { HasText = "npm run build in clients/typescript" }));
        Assert.True(await browser.Page.IsDisabledAsync("#join button").InTime());
    }

    private static ChildProcess Start(string expectedLine, params string[] arguments)
        => ChildProcess.Start("dotnet", [NodePackage.Metadata("ChatSample"), .. arguments], expectedLine, keepsInput: true);

    private static string PageOf(ChildProcess server)
        => server.Output.ReplaceLineEndings("\n").Split('\n').Single(line => line.StartsWith("Page:", StringComparison.Ordinal)).Split(' ')[^1];

    private static Task ShowsAsync(ILocator what)
        => what.WaitForAsync(new() { Timeout = (float)Bounded.Time.TotalMilliseconds }).InTime();
}
