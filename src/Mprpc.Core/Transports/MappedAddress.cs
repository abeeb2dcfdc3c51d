using System.Net;

namespace Mprpc.Transports;

/// <summary>Addresses of IPv4 that a socket of IPv6 spells as its own: <c>::ffff:127.0.0.1</c>.</summary>
internal static class MappedAddress
{
    /// <summary>The address itself, or that of IPv4 which it means.</summary>
    public static IPAddress Unmap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Whether it is an address of this machine alone.</summary>
    public static bool IsLoopback(EndPoint? endPoint) => endPoint is IPEndPoint { Address: var address } && IPAddress.IsLoopback(Unmap(address));
}
