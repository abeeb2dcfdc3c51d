using System.Net.Security;

namespace Mprpc.Client;

/// <content>Credentials of calls.</content>
public sealed partial class MprpcClientOptions
{
    /// <summary>
    /// Whether calls with the metadata <c>authorization</c>, which is a credential, may go over connections that are neither encrypted nor local. Default
    /// false, as gRPC does: over such a connection the call throws <see cref="NotSupportedException"/> before anything is sent. True is for networks that
    /// protect what is sent themselves. TLS, Unix sockets, named pipes and loopback are always allowed, and of <see cref="ConnectCallback"/> what is an
    /// encrypted <see cref="SslStream"/> or has such an address.
    /// </summary>
    public bool AllowPlaintextCredentials { get; set; }
}
