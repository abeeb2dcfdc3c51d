using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.Transports.Sockets;

namespace Mprpc.AspNetCore.Transport;

/// <summary>
/// Makes listeners for Kestrel whose connections speak MessagePack-RPC right on the socket: what is received is parsed where it is, what is sent goes from
/// where it was written.
/// </summary>
/// <remarks>Kestrel's own socket transport, whose options hold here too, has a pipe, a copy and changes of threads between, in either direction.</remarks>
internal sealed class DirectListenerFactory(IOptions<SocketTransportOptions> options)
{
    /// <exception cref="SocketException">The address is no one's to listen on, or somebody listens there.</exception>
    public IConnectionListener Bind(EndPoint endPoint) => Listen(options.Value.CreateBoundListenSocket(endPoint));

    /// <summary>Listens with a socket that is bound.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="file">Its file, which goes with the listener, or null.</param>
    public IConnectionListener Listen(Socket socket, SocketFile? file = null)
    {
        try
        {
            SocketSettings.Apply(socket);       // its connections take them over
            socket.Listen(options.Value.Backlog);
            return new DirectListener(socket, options.Value.NoDelay, file);
        }
        catch
        {
            file?.Remove();
            socket.Dispose();
            throw;
        }
    }
}
