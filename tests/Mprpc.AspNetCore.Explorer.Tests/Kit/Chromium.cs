using System.Reflection;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Mprpc.AspNetCore.Explorer.Tests.Kit.Chromium))]

namespace Mprpc.AspNetCore.Explorer.Tests.Kit;

/// <summary>The system's Chromium, driven by the system's node: started by the first test that needs it, and ended behind the last.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    private static readonly SemaphoreSlim s_gate = new(1);
    private static IPlaywright? s_playwright;
    private static IBrowser? s_browser;

    /// <summary>Skips the test on a machine without Chromium or node; in continuous integration it fails.</summary>
    public static async Task<IBrowser> GetAsync()
    {
        Requirement.IsMet(File.Exists(Program), $"{Program} is not installed; it comes with the package chromium.");
        string node = Requirement.Program("node", "nodejs");
        await s_gate.WaitAsync().InTime();

        try
        {
            return s_browser ??= await LaunchAsync(node);
        }
        finally
        {
            s_gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (s_browser is not null)
        {
            await s_browser.DisposeAsync();
        }

        s_playwright?.Dispose();
    }

    private static async Task<IBrowser> LaunchAsync(string node)
    {
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", Metadata("PlaywrightPackage"));
        Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", node);
        s_playwright ??= await Playwright.CreateAsync().InTime();
        return await s_playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-dev-shm-usage"] }).InTime();
    }

    internal static string Metadata(string key)
        => typeof(Chromium).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
