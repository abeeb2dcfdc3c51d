using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>What a Kestrel server without HTTP is started with; no request ever reaches it.</summary>
internal sealed class NoHttpApplication : IHttpApplication<object>
{
    public object CreateContext(IFeatureCollection contextFeatures) => throw NoHttp();

    public void DisposeContext(object context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(object context) => throw NoHttp();

    private static NotSupportedException NoHttp() => new("This listener speaks MessagePack-RPC only.");
}
