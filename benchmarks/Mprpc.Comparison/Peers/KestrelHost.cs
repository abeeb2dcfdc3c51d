using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Mprpc.Comparison.Peers;

/// <summary>The same host for every system that lives on Kestrel: no logging, one listener on a free loopback port.</summary>
internal static class KestrelHost
{
    public static WebApplicationBuilder CreateBuilder()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        return builder;
    }

    public static WebApplicationBuilder CreateBuilder(Action<ListenOptions> configure)
    {
        WebApplicationBuilder builder = CreateBuilder();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, configure));
        return builder;
    }

    public static async Task<IPEndPoint> StartAndGetEndPointAsync(this WebApplication app)
    {
        await app.StartAsync();
        return new IPEndPoint(IPAddress.Loopback, new Uri(app.Urls.Single()).Port);
    }
}
