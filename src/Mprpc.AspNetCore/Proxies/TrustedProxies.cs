using System.Net;
using System.Net.Sockets;
using Mprpc.Transports;

namespace Mprpc.AspNetCore.Proxies;

/// <summary>Who may say whose connection it is.</summary>
internal sealed class TrustedProxies
{
    private const string Unix = "unix";

    private readonly List<IPNetwork> _networks = [];
    private bool _hasUnix;

    public const string Allowed = "addresses (10.0.0.7), networks (10.0.0.0/8, fd00::/8), and 'unix' for all who may open the socket's file";

    /// <summary>Adds an address, a network, or <c>unix</c>.</summary>
    /// <returns>False where it is none.</returns>
    public bool TryAdd(string? text)
    {
        if (text == Unix)
        {
            _hasUnix = true;
            return true;
        }

        if (IPAddress.TryParse(text, out IPAddress? address))
        {
            address = MappedAddress.Unmap(address);
            _networks.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            return true;
        }

        if (!IPNetwork.TryParse(text, out IPNetwork network))
        {
            return false;
        }

        _networks.Add(network);
        return true;
    }

    public bool Contains(EndPoint? peer) => peer switch
    {
        IPEndPoint { Address: var address } => _networks.Exists(network => network.Contains(MappedAddress.Unmap(address))),
        UnixDomainSocketEndPoint => _hasUnix,
        _ => false,
    };
}
