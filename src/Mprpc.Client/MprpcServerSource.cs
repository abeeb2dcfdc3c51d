namespace Mprpc.Client;

/// <summary>Where a client finds the servers that it may call, all of which offer the same methods.</summary>
/// <remarks>
/// A client calls one of them at a time over each of its connections. A connection goes to the next server of the list, which each client begins at another
/// place; one that cannot be reached, or that asks for calls to be made elsewhere because it stops, is tried after the others for a while. Immutable.
/// </remarks>
public abstract class MprpcServerSource
{
    private protected MprpcServerSource()
    {
    }

    /// <summary>The addresses, as <see cref="MprpcClientOptions.Url"/> spells them.</summary>
    public abstract IReadOnlyList<string> Urls { get; }

    /// <summary>A list that does not change.</summary>
    /// <param name="urls">The addresses: one at least.</param>
    /// <exception cref="ArgumentException">There is none, or one is null.</exception>
    public static MprpcServerSource Fixed(params IEnumerable<string> urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        string[] list = [.. urls];

        return list.Length > 0 && !Array.Exists(list, string.IsNullOrWhiteSpace)
            ? new FixedServers(list)
            : throw new ArgumentException(
                "A list of servers has one address at least, and none of them is empty: MprpcServerSource.Fixed(\"tcp://a:6000\", ...).", nameof(urls));
    }

    private sealed class FixedServers(string[] urls) : MprpcServerSource
    {
        public override IReadOnlyList<string> Urls => urls;
    }
}
