using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mprpc.Transports;

/// <summary>
/// Where a peer listens: <c>tcp://host:port</c>, <c>tls://host:port</c>, <c>unix:///path</c>, <c>pipe://./name</c>, or <c>ws://host:port/path</c> and
/// <c>wss://</c>.
/// </summary>
/// <param name="Host">The host of a tcp address, without the brackets of IPv6; null for others.</param>
/// <param name="Port">The port of a tcp address.</param>
/// <param name="Path">The path of a Unix socket; null for others.</param>
/// <param name="IsTls">Whether the connection is encrypted.</param>
/// <param name="PipeName">The name of a named pipe; null for others.</param>
/// <param name="WebSocket">The whole url of a WebSocket; null for others.</param>
internal sealed record RpcAddress(string? Host, int Port, string? Path, bool IsTls = false, string? PipeName = null, Uri? WebSocket = null)
{
    /// <summary>What an address may be, for errors.</summary>
    public const string Allowed =
        "Allowed are tcp://host:port (tcp://127.0.0.1:6000, tcp://[::1]:6000), tls://host:port, unix:///path/to/socket, on Windows pipe://./name, "
        + "and for a client ws:// or wss://host:port/path.";

    private const string TcpScheme = "tcp://";
    private const string TlsScheme = "tls://";
    private const string UnixScheme = "unix://";
    private const string PipeScheme = "pipe://./";
    private const string WebSocketScheme = "ws://";
    private const string SecureWebSocketScheme = "wss://";

    // sun_path of sockaddr_un (unix(7)), and the zero that ends it.
    private static readonly int MaxUnixPath = OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? 103 : 107;

    /// <exception cref="ArgumentException">The text is no address; the message tells what is allowed.</exception>
    public static RpcAddress Parse(string url)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(url);

        if (url.StartsWith(UnixScheme, StringComparison.OrdinalIgnoreCase))
        {
            string path = url[UnixScheme.Length..];
            int length = Encoding.UTF8.GetByteCount(path);
            return !path.StartsWith('/') ? throw Invalid(url, "has no absolute path")
                : length > MaxUnixPath
                    ? throw Invalid(url, $"has a path of {length} bytes, and those of Unix sockets have {MaxUnixPath} at most on this system")
                : new RpcAddress(null, 0, path);
        }

        if (url.StartsWith(PipeScheme, StringComparison.OrdinalIgnoreCase))
        {
            string name = url[PipeScheme.Length..];
            return name.Length > 0 && !name.Contains('/', StringComparison.Ordinal)
                ? new RpcAddress(null, 0, null, PipeName: name)
                : throw Invalid(url, "has no valid pipe name");
        }

        if (url.StartsWith(WebSocketScheme, StringComparison.OrdinalIgnoreCase) || url.StartsWith(SecureWebSocketScheme, StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Fragment.Length == 0
                ? new RpcAddress(uri.IdnHost, uri.Port, null, uri.Scheme == Uri.UriSchemeWss, WebSocket: uri)
                : throw Invalid(url, "is not a valid WebSocket URL");
        }

        bool isTls = url.StartsWith(TlsScheme, StringComparison.OrdinalIgnoreCase);

        if (!isTls && !url.StartsWith(TcpScheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid(url, "has another scheme than tcp, tls, unix, pipe, ws or wss");
        }

        string rest = url[TcpScheme.Length..].TrimEnd('/');
        int colon = rest.LastIndexOf(':');

        if (colon < 0 || rest.EndsWith(']'))
        {
            throw Invalid(url, "has no port");
        }

        if (colon == 0)
        {
            throw Invalid(url, "has no host");
        }

        if (!int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > IPEndPoint.MaxPort)
        {
            throw Invalid(url, $"has a port that is not a number from 0 to {IPEndPoint.MaxPort}");
        }

        string host = rest[..colon];

        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }

        return Uri.CheckHostName(host) == UriHostNameType.Unknown && host != "*"
            ? throw Invalid(url, "has no valid host")
            : new RpcAddress(host, port, null, isTls);
    }

    /// <summary>Where to connect to; a name is looked up by the socket.</summary>
    public EndPoint ToRemoteEndPoint()
        => Path is not null ? new UnixDomainSocketEndPoint(Path)
            : IPAddress.TryParse(Host, out IPAddress? address) ? new IPEndPoint(address, Port)
            : new DnsEndPoint(Host!, Port);

    /// <summary>Where to listen: a name must be localhost or * (all addresses).</summary>
    /// <exception cref="ArgumentException">The host is a name that tells no address of this machine.</exception>
    public EndPoint ToLocalEndPoint() => Host switch
    {
        _ when WebSocket is not null => throw new ArgumentException(
            $"A server has its WebSockets on its HTTP addresses, not on a listener of their own: '{this}'. "
            + $"Use app.MapMprpcWebSocket(\"{WebSocket.AbsolutePath}\")."),
        null => new UnixDomainSocketEndPoint(Path!),
        "*" => new IPEndPoint(IPAddress.IPv6Any, Port),
        _ when IPAddress.TryParse(Host, out IPAddress? address) => new IPEndPoint(MappedAddress.Unmap(address), Port),
        _ when Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) => new IPEndPoint(IPAddress.Loopback, Port),
        _ => throw new ArgumentException(
            $"A server cannot listen on '{this}': the host must be an address of this machine. "
            + "Use 127.0.0.1 or localhost for this machine only, 0.0.0.0, [::] or * for all."),
    };

    public override string ToString()
        // Without user, password and query, which may hold secrets: this is for logs.
        => WebSocket is not null ? $"{WebSocket.Scheme}://{WebSocket.Authority}{WebSocket.AbsolutePath}"
            : Path is not null ? UnixScheme + Path
            : PipeName is not null ? PipeScheme + PipeName
            : (IsTls ? TlsScheme : TcpScheme) + (Host!.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)
                + ":" + Port.ToString(CultureInfo.InvariantCulture);

    private static ArgumentException Invalid(string url, string problem) => new($"'{url}' {problem}. {Allowed}", nameof(url));
}
