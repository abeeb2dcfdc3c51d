using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;

namespace Mprpc.Client.Transports;

/// <summary>
/// How the HTTP request that opens a WebSocket is sent: to the address's host and to no other. A redirect would bring the client's headers, and then its token,
/// to whoever it names.
/// </summary>
internal static class WebSocketHandshake
{
    // What a ClientWebSocket has where nobody sets one: the system's.
    private static readonly IWebProxy? SystemProxy = ReadSystemProxy();

    /// <summary>
    /// Takes over what <see cref="MprpcClientOptions.ConfigureWebSocket"/> has set of the request: the WebSocket's own way of sending it follows redirects.
    /// </summary>
    /// <param name="options">The WebSocket's options; what is taken over is taken out of them, since they refuse it beside a handler of one's own.</param>
    /// <param name="tls">How the server is verified; null: as <paramref name="options"/> say.</param>
    /// <param name="host">The address's host.</param>
    /// <param name="connect">Connects to the server, or to a proxy.</param>
    public static HttpMessageInvoker CreateInvoker(
        ClientWebSocketOptions options,
        SslClientAuthenticationOptions? tls,
        string host,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectCallback = connect };

        if (options.Proxy != SystemProxy)
        {
            (handler.Proxy, handler.UseProxy) = (options.Proxy, options.Proxy is not null);
            options.Proxy = SystemProxy;
        }

        (handler.UseCookies, CookieContainer? cookies) = (options.Cookies is not null, options.Cookies);

        if (cookies is not null)
        {
            (handler.CookieContainer, options.Cookies) = (cookies, null);
        }

        handler.Credentials = options.UseDefaultCredentials ? CredentialCache.DefaultCredentials : options.Credentials;
        (options.UseDefaultCredentials, options.Credentials) = (false, null);
        handler.SslOptions = tls is null ? TakeTls(options) : TlsSettings.For(tls, host);
        return new HttpMessageInvoker(new RedirectRefusal(handler));
    }

    private static SslClientAuthenticationOptions TakeTls(ClientWebSocketOptions options)
    {
        var tls = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = options.RemoteCertificateValidationCallback };
        options.RemoteCertificateValidationCallback = null;

        if (options.ClientCertificates is { Count: > 0 } certificates)
        {
            // As HttpClientHandler chooses: the first with a private key, whatever authorities the server names.
            tls.ClientCertificates = certificates;
            tls.LocalCertificateSelectionCallback = static (_, _, certificates, _, _)
                => certificates.OfType<X509Certificate2>().FirstOrDefault(certificate => certificate.HasPrivateKey)
                    ?? certificates.OfType<X509Certificate>().FirstOrDefault()!;
            options.ClientCertificates = [];
        }

        return tls;
    }

    private static IWebProxy? ReadSystemProxy()
    {
        using var socket = new ClientWebSocket();
        return socket.Options.Proxy;
    }
}
