using System.Net;
using System.Net.Sockets;

namespace Mprpc.Client.Transports;

/// <summary>Finds the addresses of a name.</summary>
internal delegate Task<IPAddress[]> LookUpName(string name, CancellationToken cancellationToken);

/// <summary>The addresses of a name, in the order in which this client tries them.</summary>
internal static class NameLookUp
{
    /// <summary>What the system knows of a name: its DNS, and its own files.</summary>
    public static Task<IPAddress[]> OfSystem(string name, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(name, cancellationToken);

    /// <summary>
    /// The addresses in an order of this client's own, so that servers behind one name share its clients: first those of the family that the system prefers.
    /// </summary>
    public static IPAddress[] Shuffle(IPAddress[] addresses)
    {
        if (addresses.Length < 2)
        {
            return addresses;
        }

        AddressFamily preferred = addresses[0].AddressFamily;
        IPAddress[] shuffled = [.. addresses];
        Random.Shared.Shuffle(shuffled);
        return [.. shuffled.OrderBy(address => address.AddressFamily == preferred ? 0 : 1)];
    }

    /// <summary>Connects a TCP socket to the first address of a name that can be connected to; to any other end point as it is.</summary>
    /// <param name="endPoint">A name, or an address.</param>
    /// <param name="lookUp">Finds the addresses of the name.</param>
    /// <param name="configure">Sets the socket's options.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static Task<Socket> ConnectSocketToAnyAsync(EndPoint endPoint, LookUpName lookUp, Action<Socket> configure, CancellationToken cancellationToken)
        => ConnectToAnyAsync(
            endPoint,
            lookUp,
            async (address, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);

                try
                {
                    configure(socket);
                    await socket.ConnectAsync(address, token).ConfigureAwait(false);
                    return socket;
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
            cancellationToken);

    /// <summary>Connects to the first address of a name that can be connected to; to any other end point as it is.</summary>
    /// <param name="endPoint">A name, or an address.</param>
    /// <param name="lookUp">Finds the addresses of the name.</param>
    /// <param name="connect">Makes the connection; throws a <see cref="SocketException"/> if there is no server.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<T> ConnectToAnyAsync<T>(
        EndPoint endPoint, LookUpName lookUp, Func<EndPoint, CancellationToken, Task<T>> connect, CancellationToken cancellationToken)
    {
        if (endPoint is not DnsEndPoint name)
        {
            return await connect(endPoint, cancellationToken).ConfigureAwait(false);
        }

        SocketException? failure = null;

        foreach (IPAddress found in Shuffle(await lookUp(name.Host, cancellationToken).ConfigureAwait(false)))
        {
            try
            {
                return await connect(new IPEndPoint(found, name.Port), cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                failure = exception;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }
}
