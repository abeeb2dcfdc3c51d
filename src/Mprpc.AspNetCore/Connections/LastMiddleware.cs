using System.Reflection;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mprpc.AspNetCore.Connections;

/// <summary>
/// Looks, when a listener starts, for connection middleware behind MessagePack-RPC. It would never run: a listener whose TLS stands there would serve
/// plaintext.
/// </summary>
internal static class LastMiddleware
{
    // Kestrel ends each pipeline with middleware for HTTP, or with one that does nothing; these two are what applications add of Kestrel's.
    private static readonly string[] s_ofKestrel = ["HttpsConnectionMiddleware", "LoggingConnectionMiddleware"];

    /// <exception cref="InvalidOperationException">There is some.</exception>
    public static void Check(ConnectionDelegate next, string origin)
    {
        Type? type = next.Target?.GetType() ?? next.Method.DeclaringType;

        while (type?.DeclaringType is { } outer)
        {
            type = outer;       // of a lambda's closure
        }

        if (type is not null && IsMiddleware(type))
        {
            throw new InvalidOperationException(
                $"{origin} must come last on its listener: connection middleware after it ({type.Name}) would never run. Move it before {origin}, "
                + "as in listener.UseConnectionLogging().UseMessagePackRpc(); TLS is set up with UseMessagePackRpc(options => options.UseTls(...)).");
        }
    }

    private static bool IsMiddleware(Type type)
    {
        Assembly assembly = type.Assembly;

        return assembly == typeof(ListenOptions).Assembly ? s_ofKestrel.Contains(type.Name)
            : assembly == typeof(IConnectionBuilder).Assembly ? type == typeof(ConnectionBuilderExtensions)
            : assembly != typeof(object).Assembly;
    }
}
