namespace Mprpc.AspNetCore.Proxies;

/// <summary>A feature of connections that a proxy has handed on: what is known of the proxy's own way to here says nothing of the client's.</summary>
internal sealed class Proxied
{
    public static Proxied Instance { get; } = new();
}
