using Mprpc.Transports;

namespace Mprpc.Client.Transports;

/// <summary>Which dialer makes a client's connections.</summary>
internal static class Dialers
{
    private static readonly string[] s_promising = ["tls://", "wss://", "ws://"];

    /// <param name="url">The server's address; with a callback that makes the transports only a name, or null.</param>
    /// <param name="options">Frozen.</param>
    /// <exception cref="ArgumentException">It is no address, and one is needed; or one that the callback's transports cannot be.</exception>
    public static Dialer To(string? url, MprpcClientOptions options)
    {
        if (options.ConnectCallback is not null)
        {
            CheckName(url);
            return new CallbackDialer(url, options);
        }

        if (options.Servers is { } servers)
        {
            return new ServerListDialer(servers, server => To(server, options), options);
        }

        return To(new ServerAddress(RpcAddress.Parse(url!)), options);
    }

    private static Dialer To(ServerAddress server, MprpcClientOptions options)
        => server.Address.WebSocket is not null ? new WebSocketDialer(server, options)
            : server.Address.PipeName is not null ? new NamedPipeDialer(server.Address, options)
            : new SocketDialer(server, options);

    /// <summary>Any text is a name, but one that promises what the callback's transport does not get.</summary>
    private static void CheckName(string? url)
    {
        if (url is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(url);
        }

        if (Array.Find(s_promising, scheme => url?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true) is { } promise)
        {
            throw new ArgumentException(
                $"The address '{url}' asks for {(promise == "ws://" ? "a WebSocket" : "TLS")}, and MprpcClientOptions.ConnectCallback makes the transport: the "
                + "client adds nothing to it. Encrypt in the callback (SslStream) and give the address another scheme, or set no callback.",
                nameof(url));
        }
    }
}
