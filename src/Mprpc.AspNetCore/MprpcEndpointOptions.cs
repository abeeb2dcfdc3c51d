using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Mprpc.AspNetCore.Model;
using Mprpc.AspNetCore.Policies;
using Mprpc.AspNetCore.Proxies;

namespace Mprpc.AspNetCore;

/// <summary>What one listener serves, and how it speaks.</summary>
public sealed class MprpcEndpointOptions
{
    internal List<ServiceRegistration> Services { get; } = [];

    /// <summary>The caps of methods, by wire name: one, whichever ways the endpoint's connections come.</summary>
    internal ConcurrentDictionary<string, ConcurrencyLimit> ConcurrencyLimits { get; } = new(StringComparer.Ordinal);

    /// <summary>What made the endpoint, for errors.</summary>
    internal string Origin { get; set; } = "UseMessagePackRpc()";

    /// <summary>The endpoint's section of the configuration, or null.</summary>
    internal IConfigurationSection? Section { get; set; }

    /// <summary>Sets TLS up; null: plaintext.</summary>
    internal Action<HttpsConnectionAdapterOptions>? Tls { get; private set; }

    /// <summary>Whose headers say whose connection it is; null: there is no proxy.</summary>
    internal TrustedProxies? TrustedProxies { get; set; }

    /// <summary>Sets the endpoint's own limits; null: those of the server.</summary>
    internal Action<MprpcServerLimits>? Limits { get; private set; }

    /// <summary>What the error of a response looks like, for peers that read only one shape. Default <see cref="MprpcErrorShape.Message"/>.</summary>
    public MprpcErrorShape ErrorShape { get; set; }

    /// <summary>Whether to write text and bytes as before MessagePack had str8, bin and ext, for peers that know only those. Default false.</summary>
    public bool OldSpec { get; set; }

    /// <summary>In which order the requests of a connection are answered. Default <see cref="MprpcResponseOrder.AsCompleted"/>.</summary>
    public MprpcResponseOrder ResponseOrder { get; set; }

    /// <summary>
    /// Whether peers may use the extensions of the protocol: cancel calls, send timeouts and metadata with them, ask for a sign of life. Default true: peers
    /// that do not know them never notice. False: their names are answered as those of unknown methods.
    /// </summary>
    public bool Extensions { get; set; } = true;

    /// <summary>
    /// Whether <see cref="IMprpcClients"/> reaches peers that have not said with <c>$/hello</c> that they serve methods: those of neovim and other peers that
    /// know no extensions. Default false: a peer that does not expect notifications may fail by them. The presets of neovim set it;
    /// <c>connection.As&lt;T&gt;()</c> calls any peer.
    /// </summary>
    public bool CallsBack { get; set; }

    /// <summary>
    /// What happens to notifications of <see cref="IMprpcClients"/> for a peer that does not read them: once more than
    /// <see cref="MprpcServerLimits.MaxPendingPushBytes"/> wait for it. Default <see cref="MprpcSlowPeerPolicy.Close"/>. Nobody else waits for it in any case.
    /// </summary>
    public MprpcSlowPeerPolicy SlowPeers { get; set; }

    /// <summary>Who may connect to a Unix socket, by the rights of its file. Default 0600: the user that the application runs as, and root.</summary>
    public UnixFileMode UnixSocketMode { get; set; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// The rate limiter policy of each call on this listener, of unknown methods too. Default null: what <see cref="MprpcServerOptions.RateLimitingPolicy"/>
    /// says.
    /// </summary>
    public string? RateLimitingPolicy { get; set; }

    /// <summary>
    /// Encrypts the connections of this listener with the application's default certificate, as Kestrel finds it: <c>Kestrel:Certificates:Default</c> of the
    /// configuration, or the development certificate. A <c>tls://</c> address does the same.
    /// </summary>
    /// <returns>These options.</returns>
    public MprpcEndpointOptions UseTls() => UseTls(static _ => { });

    /// <summary>Encrypts the connections of this listener.</summary>
    /// <param name="certificate">The server's certificate, with its private key.</param>
    /// <returns>These options.</returns>
    public MprpcEndpointOptions UseTls(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return UseTls(tls => tls.ServerCertificate = certificate);
    }

    /// <summary>Encrypts the connections of this listener.</summary>
    /// <param name="configure"> Sets Kestrel's own options: the certificate (none: the default one, see <see cref="UseTls()"/>), whether clients must have one
    /// too, protocols. Clients that offer the application protocols <c>mprpc.1</c> (where <see cref="Extensions"/> are on) or <c>mprpc</c>, or none, are
    /// served; set <see cref="HttpsConnectionAdapterOptions.OnAuthenticate"/> to choose others.
    /// </param>
    /// <returns>These options.</returns>
    public MprpcEndpointOptions UseTls(Action<HttpsConnectionAdapterOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Tls += configure;
        return this;
    }

    /// <summary>
    /// Serves behind a proxy for TCP, such as HAProxy or nginx: each connection begins with a header of the PROXY protocol, version 2, that says whose it is.
    /// The addresses of the connection are those of the client then, in the log, for policies, and wherever else they are asked for. TLS, if there is any, is
    /// the client's, and begins behind the header.
    /// </summary>
    /// <param name="trusted">The proxies: addresses (<c>10.0.0.7</c>), networks (<c>10.0.0.0/8</c>), and <c>unix</c> for all who may open the file of a Unix
    /// socket. Whoever is named can claim any address.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">None is named, or one is neither an address nor a network.</exception>
    /// <remarks>
    /// Closed, with a warning in the log, are connections of others, those that begin with anything else (version 1 too), those whose header has more than
    /// 4,096 bytes, and those that do not send it within <see cref="MprpcServerLimits.PartialMessageTimeout"/>. A connection of the proxy's own (LOCAL), such
    /// as a check, keeps the proxy's address. May be called more than once. The configuration's key is <c>TrustedProxies</c>, a list.
    /// </remarks>
    public MprpcEndpointOptions UseProxyProtocol(params string[] trusted)
    {
        ArgumentNullException.ThrowIfNull(trusted);
        TrustedProxies proxies = TrustedProxies ?? new TrustedProxies();

        if (trusted.Length == 0)
        {
            throw new ArgumentException($"No proxy is named. Whoever connects could claim any address; allowed are {TrustedProxies.Allowed}.", nameof(trusted));
        }

        foreach (string proxy in trusted)
        {
            if (!proxies.TryAdd(proxy))
            {
                throw new ArgumentException($"'{proxy}' is no proxy's address; allowed are {TrustedProxies.Allowed}.", nameof(trusted));
            }
        }

        TrustedProxies = proxies;
        return this;
    }

    /// <summary>Sets limits for the connections of this listener, over those of <see cref="MprpcServerOptions.Limits"/>.</summary>
    /// <param name="configure">Changes the server's limits; called at the start, and again when the configuration has changed.
    /// <see cref="MprpcServerLimits.MaxCallsInFlight"/> is of the whole server: leave it.</param>
    /// <returns>These options.</returns>
    public MprpcEndpointOptions ConfigureLimits(Action<MprpcServerLimits> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Limits += configure;
        return this;
    }

    /// <summary>
    /// Whether a peer must have logged in before it may call anything, methods with [AllowAnonymous] included. Default false: methods that ask for nothing are
    /// for anyone. Until then every call but <c>$/authenticate</c> gets one and the same error, so that nobody learns what methods there are, and the smaller
    /// limits of <see cref="MprpcServerOptions.Authentication"/> hold; after that, a method that is not there gets the error of one that is not for the user.
    /// </summary>
    public bool RequireAuthentication { get; set; }

    /// <summary>
    /// The application's authentication scheme that each new connection is authenticated with, on what it brings itself: the certificate scheme where clients
    /// show a certificate. Default null: none. Who it does not know stays anonymous.
    /// </summary>
    public string? AuthenticationScheme { get; set; }

    /// <summary>
    /// Whether the peer of a Unix domain socket is the user whose process it is, with the claims that <see cref="MprpcPeerCredentials"/> names. Default false:
    /// else each local user who may open the socket would pass every plain [Authorize]. Linux only.
    /// </summary>
    public bool UsePeerCredentials { get; set; }

    /// <summary>
    /// Whether a call may bring its own credential, as the metadata <c>authorization</c> with the value <c>Bearer TOKEN</c>: the application's authentication
    /// schemes look at it before anything else of the call, which is then that user's, and no other call of the connection is. Default false: metadata never
    /// says who somebody is. Only over TLS, a Unix socket or loopback: another address fails the start, and where it is known only then, the connection.
    /// </summary>
    /// <remarks>
    /// The schemes are the default one and those of <see cref="MprpcAuthenticationOptions.Schemes"/>; the first that knows the token counts. A verdict is kept
    /// for its connection, for five minutes at most and no longer than the token is valid, of 1,024 tokens of the endpoint. With
    /// <see cref="RequireAuthentication"/>, a call whose token is accepted needs no login of the connection.
    /// </remarks>
    public bool AllowCallCredentials { get; set; }

    /// <summary>
    /// Who may ask, by the call <c>$/inspect</c>, which methods it may call, with their parameters, types and documentation. Default null:
    /// <see cref="MprpcInspect.Everyone"/> in the Development environment, else <see cref="MprpcInspect.Off"/>, answered as a method that is not there, as
    /// it is wherever <see cref="Extensions"/> is false. Another value than those of the type fails the start.
    /// </summary>
    public MprpcInspect? Inspect { get; set; }

    /// <summary>
    /// What becomes of the trace that a peer sends with a call, as the metadata <c>traceparent</c>. Default <see cref="MprpcTraceContext.Parent"/>: the call is
    /// part of it; where <see cref="RequireAuthentication"/> is set, from the login on. Choose <see cref="MprpcTraceContext.Link"/> for peers that are not
    /// yours: they could else fill your traces, and choose which are kept. Another value than those of the type fails the start.
    /// </summary>
    public MprpcTraceContext TraceContext { get; set; }

    /// <summary>Sets the options about answers and encoding as this kind of peer wants them.</summary>
    /// <param name="peer">The peers that connect to this listener.</param>
    /// <returns>These options.</returns>
    public MprpcEndpointOptions UsePeer(MprpcPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        OldSpec = peer.OldSpec;
        ErrorShape = peer.ErrorShape;
        ResponseOrder = peer.ResponseOrder;
        CallsBack = peer.CallsBack;
        return this;
    }

    /// <summary>Serves this service here, and with it only the services that are mapped here, instead of those of <c>AddMprpc().AddService()</c>.</summary>
    /// <typeparam name="T">The service class.</typeparam>
    /// <param name="prefix">Put before each method's wire name with a dot; null: what the service's attribute says.</param>
    /// <returns>These options.</returns>
    public MprpcEndpointOptions MapService<
        [DynamicallyAccessedMembers(ServiceRegistration.NeededMembers)] T>(string? prefix = null)
        where T : class
    {
        Services.Add(new ServiceRegistration<T> { Prefix = prefix });
        return this;
    }
}
