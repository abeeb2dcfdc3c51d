using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>Says of an address that cannot be listened on which endpoint's it is, why, and what to do: Kestrel itself knows it as one of HTTP.</summary>
/// <param name="inner">Makes the listeners.</param>
/// <param name="endpoints">Whose each address is; by reference.</param>
/// <param name="own">Where the application listens already.</param>
internal sealed class NamedBindings(IConnectionListenerFactory inner, IReadOnlyDictionary<EndPoint, RpcEndpoint> endpoints, OwnAddresses own)
    : IConnectionListenerFactory
{
    private const string Remedy = "Stop what listens there, or give MapMprpcService another port (0 for any free one).";

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        RpcEndpoint named = endpoints[endpoint];

        try
        {
            IConnectionListener listener = await inner.BindAsync(endpoint, cancellationToken).ConfigureAwait(false);
            own.Add(listener.EndPoint, named);
            return listener;
        }
        catch (AddressInUseException exception)
        {
            string holder = own.Find(endpoint) is { } place ? $"this application itself listens there, {place}" : "another process listens there";
            throw Failure(named, $"the address is in use, {holder}. {Remedy}", exception);
        }
        catch (SocketException exception)
        {
            throw Failure(named, WhyNot(exception, named), exception);
        }
    }

    private static string WhyNot(SocketException exception, RpcEndpoint endpoint) => exception.SocketErrorCode switch
    {
        SocketError.AddressNotAvailable =>
            $"{endpoint.Address.Host} is not an address of this machine. Use one that it has: 127.0.0.1 for this machine only; 0.0.0.0, [::] or * for all.",
        SocketError.AddressFamilyNotSupported => "IPv6 is disabled on this machine. Use 0.0.0.0 or 127.0.0.1.",
        SocketError.AccessDenied => "the application's user has no permission. Ports below 1024 need an extra permission; use a higher port.",
        _ => $"{exception.Message}.",
    };

    private static InvalidOperationException Failure(RpcEndpoint endpoint, string why, Exception inner)
        => new(
            $"Cannot listen on {endpoint}, which is mapped for "
            + $"{string.Join(", ", endpoint.Options.Services.DefaultIfEmpty<object>("AddService's services"))}: {why}",
            inner);
}
