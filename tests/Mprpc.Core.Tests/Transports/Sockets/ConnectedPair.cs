using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Mprpc.Tests.Kit;
using Mprpc.Transports.Sockets;

namespace Mprpc.Core.Tests.Transports.Sockets;

/// <summary>A transport and its peer, a plain socket, over loopback.</summary>
internal sealed class ConnectedPair : IDisposable
{
    private readonly TemporaryFolder? _folder;

    private ConnectedPair(SocketTransport transport, Socket peer, TemporaryFolder? folder)
    {
        Transport = transport;
        Peer = peer;
        _folder = folder;
    }

    public SocketTransport Transport { get; }

    public Socket Peer { get; }

    /// <summary>The poller of the process, or none, as elsewhere than on Linux.</summary>
    public static SocketPoller? Poller(bool isPolled)
    {
        Assert.SkipWhen(isPolled && SocketPoller.Shared is null, "There is no epoll here.");
        return isPolled ? SocketPoller.Shared : null;
    }

    /// <summary>A poller that no other test makes events for.</summary>
    public static SocketPoller OwnPoller()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no epoll here.");
        return SocketPoller.TryCreate()!;
    }

    public static Task<ConnectedPair> ConnectAsync(bool isPolled, AddressFamily family = AddressFamily.InterNetwork) => ConnectAsync(Poller(isPolled), family);

    public static async Task<ConnectedPair> ConnectAsync(SocketPoller? poller, AddressFamily family = AddressFamily.InterNetwork)
    {
        Assert.SkipWhen(family == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6, "There is no IPv6 here.");
        TemporaryFolder? folder = family == AddressFamily.Unix ? new TemporaryFolder() : null;
        using Socket listener = NewSocket(family);
        listener.Bind(family switch
        {
            AddressFamily.Unix => new UnixDomainSocketEndPoint(folder!.PathOf("pair.sock")),
            AddressFamily.InterNetworkV6 => new IPEndPoint(IPAddress.IPv6Loopback, 0),
            _ => new IPEndPoint(IPAddress.Loopback, 0),
        });
        listener.Listen();
        Task<Socket> accepting = listener.AcceptAsync();
        SocketTransport transport = await SocketTransport.ConnectAsync(NewSocket(family), listener.LocalEndPoint!, poller, CancellationToken.None).InTime();
        return new ConnectedPair(transport, await accepting.InTime(), folder);
    }

    public static Socket NewSocket(AddressFamily family)
        => new(family, SocketType.Stream, family == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);

    /// <summary>Reads once, and consumes it.</summary>
    public async Task<byte[]> ReadAsync()
    {
        ReadResult read = await Transport.Input.ReadAsync();
        byte[] bytes = read.Buffer.ToArray();
        Transport.Input.AdvanceTo(read.Buffer.End);
        return bytes;
    }

    /// <summary>Reads until there are so many bytes, or the end.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        List<byte> bytes = [];

        while (bytes.Count < count)
        {
            byte[] read = await ReadAsync();

            if (read.Length == 0)
            {
                break;
            }

            bytes.AddRange(read);
        }

        return [.. bytes];
    }

    /// <summary>As the peer: sends all of it.</summary>
    public async Task PeerSendsAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await Peer.SendAsync(bytes)..];
        }
    }

    /// <summary>As the peer: reads until there are so many bytes, or the end.</summary>
    public async Task<byte[]> PeerReadsAsync(int count)
    {
        byte[] bytes = new byte[count];
        int length = 0;

        while (length < count && await Peer.ReceiveAsync(bytes.AsMemory(length)) is > 0 and int received)
        {
            length += received;
        }

        return bytes[..length];
    }

    /// <summary>As the peer: ends the connection with RST.</summary>
    public void PeerResets()
    {
        Peer.LingerState = new LingerOption(enable: true, seconds: 0);
        Peer.Dispose();
    }

    public void Dispose()
    {
        Transport.Close();
        Peer.Dispose();
        _folder?.Dispose();
    }
}
