using System.Net.Sockets;
using Mprpc.AspNetCore.Security;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>
/// Makes Unix sockets to listen on, with rights that are set before anybody can connect: between its bind and its listen the file is there and connections are
/// refused.
/// </summary>
internal sealed class UnixListenerFactory
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, UnixFileMode> _modes = [];

    /// <summary>Sets the rights of a socket's file.</summary>
    public void SetMode(string path, UnixFileMode mode) => _modes[path] = mode;

    /// <summary>Binds a socket.</summary>
    /// <returns>The socket, and its file, which is to be removed before the socket is closed.</returns>
    /// <exception cref="InvalidOperationException">The path is taken: by a server that lives, or by a file that is no socket.</exception>
    public async ValueTask<(Socket Socket, SocketFile File)> BindAsync(UnixDomainSocketEndPoint endPoint, CancellationToken cancellationToken)
    {
        string path = endPoint.ToString();
        await RemoveStaleAsync(path, endPoint, cancellationToken).ConfigureAwait(false);
        return Bind(path, endPoint);
    }

    private (Socket Socket, SocketFile File) Bind(string path, UnixDomainSocketEndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        try
        {
            socket.Bind(new KeptUnixEndPoint(endPoint));

            if (!OperatingSystem.IsWindows() && _modes.TryGetValue(path, out UnixFileMode mode))
            {
                File.SetUnixFileMode(path, mode);
            }

            return (socket, new SocketFile(path));
        }
        catch (Exception exception)
        {
            socket.Dispose();

            throw exception is SocketException { SocketErrorCode: not SocketError.AddressAlreadyInUse } or UnauthorizedAccessException
                ? new InvalidOperationException(
                    $"Cannot listen on unix://{path}: {exception.Message}. "
                    + "Its folder must exist, and the user that the application runs as must be allowed to write there.",
                    exception)
                : exception;
        }
    }

    /// <summary>A process that was killed leaves the file behind, which nobody can listen on until it is removed.</summary>
    private static async ValueTask RemoveStaleAsync(string path, UnixDomainSocketEndPoint endPoint, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);

        if (!file.Exists && !Directory.Exists(path) && file.LinkTarget is null)
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ProbeTimeout);

        try
        {
            await probe.ConnectAsync(endPoint, timeout.Token).ConfigureAwait(false);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            if (file.LinkTarget is null && IsSocket(path))
            {
                File.Delete(path);
                return;
            }

            throw Taken(path, "a file that is not a socket already exists. Remove it, or choose another path", exception);
        }
        catch (SocketException exception)
        {
            throw Taken(path, $"there is a file that cannot be connected to: {exception.Message}. Remove it, or choose another path", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Taken(path, "another process listens there, and does not accept. Stop it, or choose another path", exception);
        }

        throw Taken(
            path,
            PeerCredentials.Read(probe)?.ProcessId == Environment.ProcessId
                ? "this application itself listens there. Write the path of all services that are to share it in the same way, or choose another"
                : "another process listens there. Stop it, or choose another path",
            null);
    }

    /// <summary>.NET does not tell; but of all that a path may name, only a socket cannot be opened because of what it is.</summary>
    private static bool IsSocket(string path)
    {
        const int NoSuchDevice = 6;             // ENXIO, of Linux
        const int NotSupportedOnMac = 102;      // EOPNOTSUPP, of macOS and BSD

        // Windows has no other file that a connection is refused to: for those it fails in another way.
        if (OperatingSystem.IsWindows())
        {
            return File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint);
        }

        try
        {
            // For reading and writing, so that a named pipe without a peer does not wait for one.
            using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return false;
        }
        catch (IOException exception)
        {
            return exception.HResult is NoSuchDevice or NotSupportedOnMac;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static InvalidOperationException Taken(string path, string why, Exception? inner) => new($"Cannot listen on unix://{path}: {why}.", inner);
}
