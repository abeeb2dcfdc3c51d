using Mprpc.Client.Transports;
using Mprpc.Transports;

namespace Mprpc.Client;

/// <summary>Where a client finds the servers that it may call, all of which offer the same methods.</summary>
/// <remarks>
/// Each client goes through the list in an order of its own. A server that cannot be reached, or that asks for calls to be made elsewhere because it stops, is
/// tried after the others for a while. One source may be used by several clients.
/// </remarks>
public abstract class MprpcServerSource
{
    /// <summary>Creates a source of the application's own.</summary>
    protected MprpcServerSource()
    {
    }

    /// <summary>
    /// Finds the servers. A client asks before its first connection, when the list tells that it has changed, after a connection was lost, and each
    /// <see cref="MprpcClientOptions.ServersRefreshInterval"/> while it is connected; never twice at once.
    /// </summary>
    /// <param name="cancellationToken">Cancelled after <see cref="MprpcClientOptions.ConnectTimeout"/>, and when the client is disposed.</param>
    /// <returns>The servers: one at least. If there is none, or the method throws, the client goes on with those that it has, and logs it.</returns>
    public abstract ValueTask<MprpcServerList> FindAsync(CancellationToken cancellationToken);

    /// <summary>A list that does not change.</summary>
    /// <param name="urls">The addresses, as <see cref="MprpcClientOptions.Url"/> spells them: one at least.</param>
    /// <exception cref="ArgumentException">There is none, or one is not valid.</exception>
    public static MprpcServerSource Fixed(params IEnumerable<string> urls) => new FixedServers(new MprpcServerList(urls));

    /// <summary>All addresses of a name, asked again as time goes on: a headless service of Kubernetes, or a name with a record for each server.</summary>
    /// <param name="url">
    /// <c>tcp://name:port</c>, <c>tls://name:port</c>, <c>ws://name:port/path</c> or <c>wss://name:port/path</c>. TLS verifies the name, whichever address is
    /// connected to.
    /// </param>
    /// <exception cref="ArgumentException">The address is not valid, or has no name or address of a host.</exception>
    /// <remarks>Addresses of the other family (IPv4, IPv6) than the system prefers are tried only if no other can be reached.</remarks>
    public static MprpcServerSource Dns(string url) => Dns(url, NameLookUp.OfSystem);

    internal static MprpcServerSource Dns(string url, LookUpName lookUp)
    {
        var address = RpcAddress.Parse(url);

        return address.Host is not null
            ? new DnsServers(address, lookUp)
            : throw new ArgumentException(
                $"'{url}' has no host whose addresses could be asked for. Allowed are tcp://name:port, tls://name:port, and ws:// or wss://name:port/path.",
                nameof(url));
    }

    /// <summary>The list, if it never changes; else null.</summary>
    internal virtual MprpcServerList? Unchanging => null;

    private sealed class FixedServers(MprpcServerList list) : MprpcServerSource
    {
        internal override MprpcServerList Unchanging => list;

        public override ValueTask<MprpcServerList> FindAsync(CancellationToken cancellationToken) => ValueTask.FromResult(list);

        public override string ToString() => string.Join(", ", list.Servers);
    }

    private sealed class DnsServers(RpcAddress address, LookUpName lookUp) : MprpcServerSource
    {
        public override async ValueTask<MprpcServerList> FindAsync(CancellationToken cancellationToken)
        {
            System.Net.IPAddress[] found = await lookUp(address.Host!, cancellationToken).ConfigureAwait(false);
            return new MprpcServerList([.. found.Distinct().Select(
                each => new ServerAddress(address, each, IsLastResort: each.AddressFamily != found[0].AddressFamily))]);
        }

        public override string ToString() => address.ToString();
    }
}
