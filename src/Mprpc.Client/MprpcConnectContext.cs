namespace Mprpc.Client;

/// <summary>For what a client wants a transport; see <see cref="MprpcClientOptions.ConnectCallback"/>.</summary>
public sealed class MprpcConnectContext
{
    internal MprpcConnectContext(string? url) => Url = url;

    /// <summary>What the client was given as its address: any text, since only the callback reads it; null where it was given none.</summary>
    public string? Url { get; }
}
