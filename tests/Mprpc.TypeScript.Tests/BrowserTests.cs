using Microsoft.Playwright;

namespace Mprpc.TypeScript.Tests;

/// <summary>The client in Chromium: the same cases as in node, on a page of the server's own.</summary>
public sealed class BrowserTests
{
    [Fact]
    public async Task Page_OfOurServer_PassesEachCase()
    {
        await NodePackage.RequireAsync();
        await using Browser browser = await Browser.StartAsync();
        await using DeskHost host = await DeskHost.StartAsync();
        IPage page = browser.Page;

        await page.GotoAsync(host.Http + "/").InTime();
        ILocator result = page.Locator("body[data-result]");
        await result.WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = (float)Bounded.Time.TotalMilliseconds });

        string?[] passed = (await result.GetAttributeAsync("data-result"))!.Split(' ');
        Assert.True(passed.Length >= 10 && !passed.Contains("failed"), string.Join('\n', [.. passed, .. browser.Errors]));
        Assert.Empty(browser.Errors);
    }
}
