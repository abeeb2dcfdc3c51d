using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Mprpc.AspNetCore.Explorer.Tests.Kit;

/// <summary>A page in Chromium, with cookies and storage of its own.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private Browser(IPage page)
    {
        Page = page;
        page.SetDefaultTimeout((float)Bounded.Time.TotalMilliseconds);
        page.Console += (_, message) => Add(message.Type is "error" or "warning" ? message.Text : null);
        page.PageError += (_, error) => Add(error);
    }

    public IPage Page { get; }

    /// <summary>What the page has said of errors and warnings.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    /// <param name="width">Of the window, in pixels.</param>
    /// <param name="scheme">What the user prefers.</param>
    public static async Task<Browser> StartAsync(int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        IBrowser browser = await Chromium.GetAsync();
        var options = new BrowserNewPageOptions
        {
            ViewportSize = new() { Width = width, Height = 820 },
            ColorScheme = scheme,
            Permissions = ["clipboard-read", "clipboard-write"],
        };
        return new Browser(await browser.NewPageAsync(options).InTime());
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync().InTime();

    private void Add(string? error)
    {
        if (error is not null)
        {
            Errors.Enqueue(error);
        }
    }
}
