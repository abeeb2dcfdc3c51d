using Microsoft.Extensions.Primitives;
using Mprpc.Client.Transports;
using Mprpc.Transports;

namespace Mprpc.Client;

/// <summary>The servers that a <see cref="MprpcServerSource"/> has found. Immutable.</summary>
public sealed class MprpcServerList
{
    /// <summary>Creates a list.</summary>
    /// <param name="urls">The addresses, as <see cref="MprpcClientOptions.Url"/> spells them: one at least. An address that occurs again is left out.</param>
    /// <param name="changeToken">Tells that the source would find others now, so that the client asks it again. Null: nothing tells.</param>
    /// <exception cref="ArgumentException">There is no address, or one is not valid.</exception>
    public MprpcServerList(IEnumerable<string> urls, IChangeToken? changeToken = null)
    {
        ArgumentNullException.ThrowIfNull(urls);
        Servers = [.. urls.Select(static url => new ServerAddress(RpcAddress.Parse(url))).Distinct()];
        Urls = [.. Servers.Select(static server => server.Address.ToString())];
        ChangeToken = changeToken;

        if (Servers.Count == 0)
        {
            throw new ArgumentException("A list of servers has one address at least: MprpcServerSource.Fixed(\"tcp://a:6000\", ...).", nameof(urls));
        }
    }

    internal MprpcServerList(IReadOnlyList<ServerAddress> servers)
    {
        Servers = servers;
        Urls = [.. servers.Select(static server => server.Address.ToString())];
    }

    /// <summary>The addresses. Of a name of which each address is a server, the name for each.</summary>
    public IReadOnlyList<string> Urls { get; }

    /// <summary>Tells that the source would find others now; null: nothing tells.</summary>
    public IChangeToken? ChangeToken { get; }

    internal IReadOnlyList<ServerAddress> Servers { get; }
}
