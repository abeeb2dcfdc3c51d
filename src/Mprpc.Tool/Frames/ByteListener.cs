using System.Net;
using System.Net.Sockets;
using Mprpc.Tool.Output;
using Mprpc.Transports;

namespace Mprpc.Tool.Frames;

/// <summary>Listens on a TCP port or a Unix socket. Only this machine is served unless the address says otherwise.</summary>
internal sealed class ByteListener : IDisposable
{
    private readonly Socket _socket;
    private readonly string? _path;

    private ByteListener(Socket socket, string url, string? path)
    {
        _socket = socket;
        Url = url;
        _path = path;
    }

    /// <summary>The address, with the port that port 0 has become.</summary>
    public string Url { get; }

    /// <exception cref="ToolException">The address cannot be listened on.</exception>
    public static ByteListener Start(string url)
    {
        RpcAddress address = RpcAddress.Parse(url);

        if (address.IsTls || address.WebSocket is not null || address.PipeName is not null)
        {
            throw new ToolException($"Cannot listen on {url}: allowed are tcp://address:port and unix:///path.");
        }

        EndPoint endPoint = address.Path is not null ? new UnixDomainSocketEndPoint(address.Path) : new IPEndPoint(AddressOf(address.Host!, url), address.Port);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, address.Path is null ? ProtocolType.Tcp : ProtocolType.Unspecified);

        try
        {
            if (address.Path is null && !OperatingSystem.IsWindows())
            {
                // As servers do: connections of an earlier run that linger do not count.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }

            socket.Bind(endPoint);
            socket.Listen();
            return new ByteListener(socket, address.Path is null ? $"tcp://{socket.LocalEndPoint}" : url, address.Path);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new ToolException($"Cannot listen on {url}: {exception.Message}", ExitCode.CannotConnect, exception);
        }
    }

    public async Task<ByteConnection> AcceptAsync(CancellationToken cancellationToken)
    {
        Socket socket = await _socket.AcceptAsync(cancellationToken);

        if (_path is null)
        {
            socket.NoDelay = true;
        }

        return new ByteConnection(socket);
    }

    public void Dispose()
    {
        _socket.Dispose();

        if (_path is not null)
        {
            File.Delete(_path);
        }
    }

    private static IPAddress AddressOf(string host, string url) => host switch
    {
        "localhost" => IPAddress.Loopback,
        "*" => IPAddress.Any,
        _ when IPAddress.TryParse(host, out IPAddress? address) => address,
        _ => throw new ToolException($"Cannot listen on {url}: its host is to be an IP address, localhost or *, not '{host}'."),
    };
}
