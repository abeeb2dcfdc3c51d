using Mprpc.AspNetCore;

namespace Extensions;

/// <summary>An application in this process, until it is disposed.</summary>
public sealed class Server : IAsyncDisposable
{
    /// <summary>A free port of this machine.</summary>
    public const string AnyPort = "tcp://127.0.0.1:0";

    private readonly WebApplication _app;

    private Server(WebApplication app) => _app = app;

    public string Url => $"tcp://{_app.Services.GetRequiredService<IMprpcServer>().Endpoints[0]}";

    public static async Task<Server> StartAsync(Action<WebApplicationBuilder> build, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();                   // the console shows what the samples tell
        builder.WebHost.UseUrls("http://127.0.0.1:0");      // HTTP is not needed here
        build(builder);

        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new Server(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
