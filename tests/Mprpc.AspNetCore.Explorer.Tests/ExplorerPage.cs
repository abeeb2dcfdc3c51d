using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Mprpc.AspNetCore.Explorer.Tests;

/// <summary>The page as its user handles it: by what is written on it.</summary>
internal sealed class ExplorerPage(IPage page, Uri address)
{
    public IPage Page => page;

    public ILocator Form => page.Locator("#detail form");

    public ILocator Result => page.Locator(".result");

    /// <summary>Opens a method, and waits for its form.</summary>
    public async Task OpenAsync(string method)
    {
        await page.GotoAsync($"{address}#0/{method}").InTime();
        await page.GetByRole(AriaRole.Heading, new() { Name = method, Exact = true }).WaitForAsync().InTime();
    }

    /// <summary>Fills the only input of a label.</summary>
    public Task FillAsync(string label, string text) => Input(label).FillAsync(text).InTime();

    public ILocator Input(string label, int index = 0)
        => Form.Locator("input:not([type=checkbox]):visible, textarea:visible, select:visible")
            .And(page.GetByLabel(new Regex($"^{Regex.Escape(label)}(?![\\w:])"))).Nth(index);

    public Task ClickAsync(string button) => page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync().InTime();

    /// <summary>Lets a value be given where nothing or a default stands.</summary>
    public Task UncheckAsync(string group)
        => Form.GetByRole(AriaRole.Group, new() { NameRegex = new($"^{group}") }).GetByRole(AriaRole.Checkbox).First.UncheckAsync().InTime();

    /// <summary>Calls, and waits for the end of the call.</summary>
    /// <returns>The result as it is shown.</returns>
    public async Task<string> CallAsync()
    {
        await ClickAsync("Call");
        ILocator value = page.Locator(".result.done pre code");
        await value.WaitForAsync().InTime();
        return await value.InnerTextAsync().InTime();
    }
}
