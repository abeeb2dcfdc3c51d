using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore;
using Mprpc.Tool.Tests.Kit;

[assembly: AssemblyFixture(typeof(ShopHost))]

namespace Mprpc.Tool.Tests.Kit;

/// <summary>A server for all tests: over TCP with a description, over TCP without one, and as a WebSocket.</summary>
public sealed class ShopHost : IAsyncLifetime
{
    private readonly WebApplication _app;

    public ShopHost()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0", "--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.Services.AddAuthentication().AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, TokenHandler>("Bearer", null);
        builder.Services.AddAuthorization();
        builder.Services.AddMprpc().AddService<Shop>();
        _app = builder.Build();
        _app.MapMprpcService<Shop>("tcp://127.0.0.1:0").WithEndpoint(Described);
        _app.MapMprpcWebSocket("/rpc", Described);
    }

    public string Url { get; private set; } = "";

    public string WebSocket => _app.Urls.Single().Replace("http://", "ws://", StringComparison.Ordinal) + "/rpc";

    public string Http => _app.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync().InTime();
        Url = $"tcp://{_app.Services.GetRequiredService<IMprpcServer>().Endpoints[0]}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        ToolProcess.DeleteCache();
    }

    private static void Described(MprpcEndpointOptions endpoint)
    {
        endpoint.Inspect = MprpcInspect.Everyone;
        endpoint.ErrorShape = MprpcErrorShape.Map;
    }
}
