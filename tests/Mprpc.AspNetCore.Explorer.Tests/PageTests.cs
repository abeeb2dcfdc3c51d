using Microsoft.Playwright;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Explorer.Tests;

/// <summary>The page in Chromium, as people use it. Nothing may be said in the browser's console.</summary>
public sealed class PageTests
{
    // Debian's, which has its packages.
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task List_Searched_LeadsToAMethod()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.Page.GotoAsync(host.Page.ToString().TrimEnd('/')).InTime();
        ILocator names = page.Page.Locator("#names a");
        await names.First.WaitForAsync().InTime();

        await page.Page.GetByLabel("Search methods").FillAsync("adds two").InTime();
        await names.ClickAsync().InTime();      // fails if there are several

        await page.Form.WaitForAsync().InTime();
        Assert.Equal("sum(x: int32, y: int32) → int32", await page.Page.Locator("p.signature").InnerTextAsync().InTime());
        Assert.Equal(["Adds two numbers.", "The one.", "The other."], await page.Page.Locator(".doc").AllInnerTextsAsync().InTime());
        Assert.Equal("true", await names.First.GetAttributeAsync("aria-current").InTime());
        Assert.Equal("sum · Mprpc explorer", await page.Page.TitleAsync().InTime());
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task List_OfAUser_HasWhatTheUserMayCall()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        IPage page = browser.Page;
        await page.GotoAsync(host.Page.ToString()).InTime();
        await page.Locator("#names a").First.WaitForAsync().InTime();
        Assert.DoesNotContain("secret", await page.Locator("#names a").AllInnerTextsAsync().InTime());

        await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { [UserHandler.Header] = "admin" }).InTime();
        await page.ReloadAsync().InTime();
        await page.Locator("#names a").First.WaitForAsync().InTime();

        Assert.Contains("secret", await page.Locator("#names a").AllInnerTextsAsync().InTime());
        Assert.Equal("admin", await page.Locator("#user").InnerTextAsync().InTime());
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Error_OfACall_ShowsMessageCodeAndData()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("fail");

        await page.ClickAsync("Call");
        await page.Page.Locator(".result.failed").WaitForAsync().InTime();

        Assert.Equal(["Not today.", "closed", "{\"left\": 3}"], await page.Result.Locator("dd").AllInnerTextsAsync().InTime());
        Assert.StartsWith("Failed after", await page.Page.GetByRole(AriaRole.Status).First.InnerTextAsync().InTime(), StringComparison.Ordinal);
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Stream_ToItsEnd_ShowsItsItems()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("count");
        await page.FillAsync("to", "3000");

        await page.ClickAsync("Call");
        await page.Page.Locator(".result.done").WaitForAsync().InTime();

        Assert.StartsWith("3000 items, ended after", await page.Result.Locator(".status").InnerTextAsync().InTime(), StringComparison.Ordinal);
        ILocator items = page.Result.Locator("li");
        Assert.Equal(1000, await items.CountAsync().InTime());      // the last ones: a browser is no place for all of an endless stream
        Assert.Equal("3000", await items.Last.InnerTextAsync().InTime());
        Assert.Equal("2001", await page.Result.Locator("ol").GetAttributeAsync("start").InTime());
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Stop_OfAStream_EndsTheMethod()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("endless");
        await page.ClickAsync("Call");
        await page.Result.Locator("li").First.WaitForAsync().InTime();
        Assert.False(host.State.Ended.Task.IsCompleted);

        await page.ClickAsync("Stop");

        await host.State.Ended.Task.InTime();
        await page.Page.Locator(".result.stopped").WaitForAsync().InTime();
        Assert.True(await page.Page.GetByRole(AriaRole.Button, new() { Name = "Call", Exact = true }).IsEnabledAsync().InTime());
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Stop_OfACall_CancelsIt()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("alone");
        await page.ClickAsync("Call");
        await host.State.Started.Task.InTime();

        await page.ClickAsync("Stop");

        await host.State.Ended.Task.InTime();
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Live_ShowsACallOfThePage()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("sum");
        await page.Page.WaitForFunctionAsync("document.querySelector('.pill')?.textContent === 'serving'").InTime();
        Assert.Equal("0", await page.CallAsync());

        await page.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Live") }).ClickAsync().InTime();

        ILocator row = page.Page.GetByRole(AriaRole.Row).Filter(new() { Has = page.Page.GetByRole(AriaRole.Rowheader, new() { Name = "sum", Exact = true }) });
        await row.WaitForAsync().InTime();
        Assert.Equal("1", await row.GetByRole(AriaRole.Cell).First.InnerTextAsync().InTime());
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Live_ClosesAConnection()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using MprpcClient client = await host.ConnectAsync();
        Task<string> waiting = client.CallAsync<string>("alone").AsTask();
        await host.State.Started.Task.InTime();
        await using Browser browser = await Browser.StartAsync();
        browser.Page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await browser.Page.GotoAsync($"{host.Page}#live").InTime();

        await browser.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Close connection") }).ClickAsync().InTime();

        await Assert.ThrowsAsync<MprpcConnectionException>(() => waiting.InTime());
        await browser.Page.GetByText("No connection is open.").WaitForAsync().InTime();
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task History_IsKeptOnlyIfWanted()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("sum");
        await page.CallAsync();
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("localStorage.length").InTime());

        await page.Page.GetByText("History", new() { Exact = true }).ClickAsync().InTime();
        ILocator box = page.Page.GetByLabel("Keep my calls in this browser, with their arguments");
        await box.CheckAsync().InTime();
        await page.FillAsync("x", "41");
        await page.CallAsync();
        await page.Page.ReloadAsync().InTime();
        await page.Page.GetByText("History", new() { Exact = true }).ClickAsync().InTime();
        await page.Page.Locator(".history button").ClickAsync().InTime();
        string restored = await page.Input("arguments").InputValueAsync().InTime();
        await box.UncheckAsync().InTime();

        Assert.Equal("[41,0]", restored);
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("localStorage.length").InTime());
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Commands_SayTheCallInOtherWords()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("order");
        await page.FillAsync("Customer", "it's \"Ada\"");

        await page.Page.GetByText("As a command or code").ClickAsync().InTime();
        string shell = await CodeAsync(page, "mprpc");
        string csharp = await CodeAsync(page, "C#");

        Assert.Equal($$"""mprpc call {{host.RpcUrl}} order '{"Customer":"it'\''s \"Ada\"","Lines":[],"Note":null}'""", shell);
        Assert.Equal(
            $$"""
            await using var client = await MprpcClient.ConnectAsync("{{host.RpcUrl}}");
            string result = await client.CallAsync<string>("order",
            """.ReplaceLineEndings("\n") + """
             new Dictionary<string, object?> { ["Customer"] = "it's \"Ada\"", ["Lines"] = Array.Empty<object?>(), ["Note"] = null });
            """,
            csharp);
        Assert.Empty(browser.Errors);
    }

    [Theory]
    [InlineData("integers", "[-128, -9223372036854775808, 18446744073709551615]", "-128 -9223372036854775808 18446744073709551615")]
    [InlineData("floats", """[{"$f32": 1.5}, {"$f64": "Infinity"}]""", "1.5 Infinity")]
    [InlineData("bytes", """[{"$bin": "AAECAw=="}]""", "00010203")]
    [InlineData("time", """[{"$time": "2026-11-28T05:38:55.25Z"}]""", "2026-11-28T05:38:55.2500000Z")]
    [InlineData("numbered", """[{"$map": [[1, "it's \"one\""]]}]""", "1=it's \"one\"")]
    [InlineData("echo", """[[null, true, {"a": {"$ext": [5, "AQI="]}}]]""", "[None, True, {'a': ExtType(code=5, data=b'\\x01\\x02')}]")]
    public async Task Python_Copied_MakesTheSameCall(string method, string args, string expected)
    {
        Requirement.IsMet(File.Exists(Python), $"{Python} is not installed; it comes with the package python3-msgpack.");
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync(method);
        await page.Page.GetByRole(AriaRole.Switch, new() { Name = "as JSON" }).ClickAsync().InTime();
        await page.FillAsync("arguments", args);
        await page.Page.GetByText("As a command or code").ClickAsync().InTime();
        await page.Page.Locator("figure", new() { HasText = "Python" }).GetByRole(AriaRole.Button).ClickAsync().InTime();
        string python = await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()").InTime();

        Assert.Equal(expected, (await ChildProcess.RunAsync(Python, ["-c", python])).TrimEnd());
        Assert.Empty(browser.Errors);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Colours_FollowTheUser_AndCanBeRead(ColorScheme scheme)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync(scheme: scheme);
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("sum");
        await page.CallAsync();

        foreach (string element in new[] { "#detail h2", "label", ".type", ".status", "#user", "button.primary", "pre code span", "#names a" })
        {
            Assert.True(await ContrastAsync(page.Page, element) >= 4.5, $"{element}: {await ContrastAsync(page.Page, element)}");
        }

        int[] background = [.. await page.Page.EvaluateAsync<int[]>("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)").InTime()];
        Assert.Equal(scheme == ColorScheme.Dark, background.Sum() < 3 * 128);
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Phone_HasOneColumnAndNoSidewaysScrolling()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync(width: 360);
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.Page.GotoAsync(host.Page.ToString()).InTime();

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "integers", Exact = true }).ClickAsync().InTime();
        await page.CallAsync();
        Assert.True(await page.Page.Locator("#list").IsHiddenAsync().InTime());
        Assert.True(await FitsAsync(page.Page));
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "← All methods" }).ClickAsync().InTime();
        Assert.True(await page.Page.Locator("#list").IsVisibleAsync().InTime());
        Assert.True(await FitsAsync(page.Page));
        await page.Page.GotoAsync($"{host.Page}#live").InTime();
        await page.Page.WaitForFunctionAsync("document.querySelector('.pill')?.textContent === 'serving'").InTime();
        Assert.True(await FitsAsync(page.Page));
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Keyboard_IsEnough()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("sum");

        await page.Page.FocusAsync("#search").InTime();
        await page.Page.Keyboard.TypeAsync("count").InTime();
        await page.Page.Keyboard.PressAsync("Tab").InTime();
        await page.Page.Keyboard.PressAsync("Enter").InTime();
        await page.Page.GetByRole(AriaRole.Heading, new() { Name = "count", Exact = true }).WaitForAsync().InTime();
        await page.Page.Keyboard.PressAsync("Tab").InTime();     // as JSON
        await page.Page.Keyboard.PressAsync("Tab").InTime();
        await page.Page.Keyboard.TypeAsync("2").InTime();
        await page.Page.Keyboard.PressAsync("Enter").InTime();
        await page.Page.Locator(".result.done").WaitForAsync().InTime();

        Assert.Equal(["1", "2"], await page.Result.Locator("li").AllInnerTextsAsync().InTime());
        string[] unnamed = await page.Page.EvaluateAsync<string[]>(
            """
            [...document.querySelectorAll('input, textarea, select, button, a')]
              .filter((element) => !element.labels?.length && !element.ariaLabel && !element.textContent.trim()).map((element) => element.outerHTML)
            """).InTime();
        Assert.Empty(unnamed);
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Server_Gone_IsSaidOnThePage()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("sum");
        await host.StopAsync();

        await page.ClickAsync("Call");

        await page.Page.Locator(".result.failed .message").WaitForAsync().InTime();
        Assert.Equal("disconnected", await page.Page.Locator(".pill").TextContentAsync().InTime());
    }

    private static Task<string> CodeAsync(ExplorerPage page, string language)
        => page.Page.GetByLabel(language, new() { Exact = true }).InnerTextAsync().InTime();

    private static Task<bool> FitsAsync(IPage page)
        => page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth").InTime();

    /// <summary>The contrast of WCAG between an element's text and what is behind it.</summary>
    private static Task<double> ContrastAsync(IPage page, string element) => page.Locator(element).First.EvaluateAsync<double>(
        """
        element => {
          const luminance = (colour) => {
            const [r, g, b] = colour.map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const read = (text) => text.match(/[\d.]+/g).map(Number);
          let behind = element;
          while (read(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
          const pair = [read(getComputedStyle(element).color), read(getComputedStyle(behind).backgroundColor)].map(luminance).sort();
          return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        }
        """).InTime();
}
