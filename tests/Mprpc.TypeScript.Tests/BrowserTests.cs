using Microsoft.Playwright;

namespace Mprpc.TypeScript.Tests;

/// <summary>The client in Chromium: the same cases as in node, on a page of the server's own.</summary>
public sealed class BrowserTests
{
    private const string Chromium = "/usr/bin/chromium";

    [Fact]
    public async Task Page_OfOurServer_PassesEachCase()
    {
        await NodePackage.RequireAsync();
        Requirement.IsMet(File.Exists(Chromium), $"{Chromium} is not installed; it comes with the package chromium.");
        await using DeskHost host = await DeskHost.StartAsync();
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", NodePackage.Metadata("PlaywrightPackage"));
        Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", NodePackage.Node());
        using IPlaywright playwright = await Playwright.CreateAsync().InTime();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-dev-shm-usage"] }).InTime();
        IPage page = await browser.NewPageAsync().InTime();
        List<string> errors = [];
        page.Console += (_, message) => errors.AddRange(message.Type is "error" or "warning" ? [message.Text] : []);
        page.PageError += (_, error) => errors.Add(error);

        await page.GotoAsync(host.Http + "/").InTime();
        ILocator result = page.Locator("body[data-result]");
        await result.WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = (float)Bounded.Time.TotalMilliseconds });

        string?[] passed = (await result.GetAttributeAsync("data-result"))!.Split(' ');
        Assert.True(passed.Length >= 10 && !passed.Contains("failed"), string.Join('\n', [.. passed, .. errors]));
        Assert.Empty(errors);
    }
}
