using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>Where the application listens itself, so that it can be told when it is in its own way.</summary>
internal sealed class OwnAddresses(IServer? http)
{
    private readonly List<(IPEndPoint Address, RpcEndpoint Endpoint)> _endpoints = [];

    /// <summary>Adds an endpoint that listens.</summary>
    public void Add(EndPoint bound, RpcEndpoint endpoint)
    {
        if (bound is IPEndPoint address)
        {
            _endpoints.Add((address, endpoint));
        }
    }

    /// <summary>What of the application listens where something else is to; null where nothing of it does.</summary>
    public string? Find(EndPoint wanted)
    {
        if (wanted is not IPEndPoint address)
        {
            return null;
        }

        if (_endpoints.Find(own => Overlaps(own.Address, address)) is { Endpoint: { } endpoint })
        {
            return $"at {endpoint}";
        }

        string? url = http?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(url => Parse(url) is { } own && Overlaps(own, address));
        return url is null ? null : $"on an address of its HTTP server ({url})";
    }

    private static IPEndPoint? Parse(string url)
    {
        BindingAddress address;

        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null;    // of a server that is not Kestrel
        }

        if (address.IsUnixPipe || address.IsNamedPipe)
        {
            return null;
        }

        // As Kestrel takes it: a name that is not localhost stands for all addresses.
        IPAddress host = IPAddress.TryParse(address.Host, out IPAddress? parsed) ? parsed
            : address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
            : IPAddress.IPv6Any;
        return new IPEndPoint(host, address.Port);
    }

    private static bool Overlaps(IPEndPoint own, IPEndPoint wanted)
        => own.Port == wanted.Port && (own.Address.Equals(wanted.Address) || IsAny(own.Address) || IsAny(wanted.Address));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
