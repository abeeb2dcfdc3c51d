using Mprpc.AspNetCore;
using Mprpc.Client;

namespace Mprpc.Interop.Tests.Recorded;

/// <summary>What the build that was recorded did not have, or called otherwise: a recording replaces this file.</summary>
internal static class PlainBuild
{
    public static MprpcEndpointOptions Serve(this MprpcEndpointOptions options)
    {
        options.Extensions = false;
        return options.MapService<RecordedService>();
    }

    public static void SetExtensions(this MprpcClientOptions options, bool never)
        => options.Extensions = never ? MprpcExtensions.Never : MprpcExtensions.WhenUsed;

    public static void Serve(this MprpcClientOptions options) => options.AddHandlers(new RecordedHandlers());
}
