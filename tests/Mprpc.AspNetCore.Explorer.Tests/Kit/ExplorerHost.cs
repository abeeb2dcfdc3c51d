using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Explorer.Tests.Kit;

/// <summary>An application with the gallery and the page.</summary>
internal sealed class ExplorerHost : IAsyncDisposable, ILoggerProvider, ILogger
{
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private ExplorerHost()
    {
    }

    /// <summary>The page's address.</summary>
    public Uri Page => new(_http.BaseAddress!, "mprpc/");

    public IServiceProvider Services => _app.Services;

    public GalleryState State => Services.GetRequiredService<GalleryState>();

    public string RpcUrl => $"tcp://{Services.GetRequiredService<IMprpcServer>().Endpoints[0]}";

    /// <summary>What the page has warned of.</summary>
    public ConcurrentQueue<string> Warnings { get; } = new();

    /// <param name="environment">The application's environment.</param>
    /// <param name="configure">Further services.</param>
    /// <param name="map">In place of the page alone.</param>
    public static async Task<ExplorerHost> StartAsync(
        string environment = "Development", Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null)
    {
        var host = new ExplorerHost();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders().AddProvider(host);
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        builder.Services.AddSingleton<GalleryState>().AddSingleton<Gallery>();
        builder.Services.AddMprpc();
        builder.Services.AddAuthentication("User").AddScheme<AuthenticationSchemeOptions, UserHandler>("User", configureOptions: null);
        builder.Services.AddAuthorizationBuilder().AddPolicy("admin", policy => policy.RequireRole("admin"));
        configure?.Invoke(builder);
        host._app = builder.Build();
        host._app.MapMprpcService<Gallery>(0);

        if (map is null)
        {
            host._app.MapMprpcExplorer();
        }
        else
        {
            map(host._app);
        }

        await host._app.StartAsync().InTime();
        host._http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(host._app.Urls.Single()) };
        return host;
    }

    /// <summary>Sends a request as the page does.</summary>
    /// <param name="path">Below the page.</param>
    /// <param name="body">Null: GET.</param>
    /// <param name="headers">Further headers, or null to leave one out that the page sends.</param>
    public Task<HttpResponseMessage> SendAsync(string path, string? body = null, params (string Name, string? Value)[] headers)
        => SendAsync(path, body, CancellationToken.None, headers);

    /// <summary>The same, until the request is aborted.</summary>
    public async Task<HttpResponseMessage> SendAsync(string path, string? body, CancellationToken aborted, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(Page, path));
        request.Headers.Add("X-Mprpc-Explorer", "1");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");

        foreach ((string name, string? value) in headers)
        {
            request.Headers.Remove(name);

            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, aborted).InTime();
    }

    /// <summary>Calls a method by the page's endpoint.</summary>
    /// <returns>The last line of the answer.</returns>
    public async Task<string> CallAsync(string method, string args = "[]", string? user = null)
    {
        using HttpResponseMessage response = await SendAsync(
            "api/call", $$"""{"endpoint": 0, "method": "{{method}}", "args": {{args}}}""", (UserHandler.Header, user));
        string text = await response.Content.ReadAsStringAsync().InTime();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return text.TrimEnd('\n').Split('\n')[^1];
    }

    public async Task<string> DescribeAsync(string? user = null)
    {
        using HttpResponseMessage response = await SendAsync("api/description", body: null, (UserHandler.Header, user));
        return await response.Content.ReadAsStringAsync().InTime();
    }

    public Task<MprpcClient> ConnectAsync() => MprpcClient.ConnectAsync(RpcUrl).InTime();

    public Task StopAsync() => _app.StopAsync().InTime();

    public async ValueTask DisposeAsync()
    {
        State.Released.TrySetResult();
        _http.Dispose();
        await _app.StopAsync().InTime();
        await _app.DisposeAsync();
    }

    void IDisposable.Dispose()
    {
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Warning)
        {
            Warnings.Enqueue($"{formatter(state, exception)}{exception}");
        }
    }
}
