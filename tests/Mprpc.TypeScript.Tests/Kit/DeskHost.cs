using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore;

namespace Mprpc.TypeScript.Tests.Kit;

/// <summary>A server with a WebSocket for the client, and with the files of the package for a page.</summary>
internal sealed class DeskHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DeskHost(WebApplication app) => _app = app;

    /// <summary>The address of the pages.</summary>
    public string Http => _app.Urls.Single();

    /// <summary>The address of the WebSocket.</summary>
    public string WebSocket => Http.Replace("http://", "ws://", StringComparison.Ordinal) + "/rpc";

    public static async Task<DeskHost> StartAsync(string name = "first", int port = 0, Action<MprpcEndpointOptions>? endpoint = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, $"http://127.0.0.1:{port}");
        builder.Services.AddSingleton(new DeskState(name));
        builder.Services.AddMprpc(options => options.GoAwayGrace = TimeSpan.FromSeconds(0.5)).AddService<Desk>().AddService<Feed>();
        WebApplication app = builder.Build();
        app.MapMprpcWebSocket("/rpc", options => endpoint?.Invoke(options));
        app.MapGet("/", () => Results.Content(Page, "text/html"));
        app.MapGet("/client/{**path}", (string path) => Script(NodePackage.PathOf("dist", "esm", path)));
        app.MapGet("/msgpack/{**path}", (string path) => Script(NodePackage.PathOf("node_modules", "@msgpack", "msgpack", "dist.esm", path)));
        app.MapGet("/test/{**path}", (string path) => Script(NodePackage.PathOf("build", path)));
        await app.StartAsync().InTime();
        return new DeskHost(app);
    }

    public Task StopAsync() => _app.StopAsync().InTime();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static IResult Script(string file) => File.Exists(file) ? Results.File(file, "text/javascript") : Results.NotFound();

    // As a page without a bundler does it: the names of packages become addresses.
    private const string Page = """
        <!doctype html>
        <title>Mprpc in a browser</title>
        <link rel="icon" href="data:,">
        <script type="importmap">
          { "imports": { "@mprpc/client": "/client/index.js", "@msgpack/msgpack": "/msgpack/index.mjs" } }
        </script>
        <script type="module" src="/test/browser.js"></script>
        """;
}
