using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Mprpc.TypeScript.Tests.Kit;

/// <summary>The system's Chromium with one page, driven by the system's node.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
        page.Console += (_, message) => Add(message.Type is "error" or "warning" ? message.Text : null);
        page.PageError += (_, error) => Add(error);
    }

    public IPage Page { get; }

    /// <summary>What the page has said of errors and warnings.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    public static async Task<Browser> StartAsync()
    {
        Requirement.IsMet(File.Exists(Chromium), $"{Chromium} is not installed; it comes with the package chromium.");
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", NodePackage.Metadata("PlaywrightPackage"));
        Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", NodePackage.Node());
        IPlaywright playwright = await Playwright.CreateAsync().InTime();

        try
        {
            IBrowser browser = await playwright.Chromium.LaunchAsync(
                new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-dev-shm-usage"] }).InTime();
            return new Browser(playwright, browser, await browser.NewPageAsync().InTime());
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private void Add(string? error)
    {
        if (error is not null)
        {
            Errors.Enqueue(error);
        }
    }
}
