using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Mprpc.Binding;
using Mprpc.Client.Connections;
using Mprpc.Client.Sending;
using Mprpc.Client.Transports;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Dispatch;
using Mprpc.Transports;

namespace Mprpc.Client;

/// <summary>How a client connects and calls. Read once, when the client is created.</summary>
public sealed partial class MprpcClientOptions
{
    private List<Func<MprpcClientOptions, IReadOnlyList<RpcMethod>>> _methods = [];
    private List<IMprpcClientFilter> _filters = [];

    /// <summary>
    /// The server's address: <c>tcp://host:port</c>, <c>tls://host:port</c>, <c>unix:///path</c>, <c>pipe://./name</c>, <c>ws://host:port/path</c> or
    /// <c>wss://host:port/path</c>. For <see cref="MprpcClient(MprpcClientOptions)"/> and <c>AddMprpcClient</c>, which sets it as the configuration says
    /// (<c>Mprpc:Clients:NAME:Url</c>); of no effect if the client is given an address, or a stream, of its own. Any text if <see cref="ConnectCallback"/> is
    /// set. Default null.
    /// </summary>
    public string? Url { get; set; }

    /// <summary>
    /// The servers that the client may call, in place of <see cref="Url"/>: if one cannot be reached, or stops, calls go to another. A call
    /// that a server has taken and not run, since it stopped, is sent to another up to three times within its timeout; each call is copied for that. In the
    /// configuration <c>Mprpc:Clients:NAME:Servers:0</c> and on; or <c>Mprpc:Clients:NAME:Servers</c>, for all addresses of a name (<see
    /// cref="MprpcServerSource.Dns(string)"/>). Default null: the one of <see cref="Url"/>.
    /// </summary>
    public MprpcServerSource? Servers { get; set; }

    /// <summary>
    /// To how many of <see cref="Servers"/> the client is connected at once. It begins with one, and connects to a further one when all its connections have
    /// calls in flight; each call goes to the less loaded and faster one of two that are drawn at random. Default 8; 1: to one server, and to another only if
    /// that fails. A client that the server can call, by methods of these options, is connected to one, unless <see cref="MaxConnections"/> is higher.
    /// </summary>
    public int MaxConnectedServers { get; set; } = 8;

    /// <summary>
    /// After how long <see cref="Servers"/> are asked for again while the client is connected, if the list may change. Default 1 minute; null: only after a
    /// connection was lost, and when the list tells that it has changed.
    /// </summary>
    public TimeSpan? ServersRefreshInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long making a connection may take, logging in with <see cref="TokenProvider"/> included. Default 10 s; null: as long as the system and the provider
    /// try.
    /// </summary>
    public TimeSpan? ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call may take, connecting included, where it does not say itself. Default null: for ever, or until the connection is lost.</summary>
    public TimeSpan? CallTimeout { get; set; }

    /// <summary>
    /// Whether calls and notifications, and <see cref="MprpcClient.ConnectAsync(CancellationToken)"/>, wait while the server cannot be reached, connecting
    /// again as <see cref="Reconnect"/> says, in place of failing with the first attempt. A call waits until its timeout or its cancellation, so that
    /// <see cref="CallTimeout"/> should be set with it. What no further attempt can mend fails at once: a login that is refused, a stream that has ended.
    /// Default false, as gRPC's wait-for-ready; <see cref="MprpcCallOptions.WaitForReady"/> sets it for one call.
    /// </summary>
    public bool WaitForReady { get; set; }

    /// <summary>
    /// How long a connection is used for new calls; then the next call makes another, and it is closed after its last answer; one that is idle is closed at
    /// once. Default null: as long as it
    /// holds. Kept to a quarter of it, or a second. A connection whose calls go on is used longer where <see cref="MaxConnections"/> leaves no room for
    /// another.
    /// </summary>
    public TimeSpan? ConnectionLifetime { get; set; }

    /// <summary>
    /// How long a connection may be silent before TCP asks whether the peer is still there (then every 5 s, lost after 3 times), or a WebSocket pings (lost
    /// after 15 s). Default 30 s; null: never.
    /// On Linux a TCP connection is also lost when what was sent is not acknowledged, or the peer takes no more bytes, for this time and 15 s: its calls fail
    /// then, where the system alone would go on for a quarter of an hour.
    /// </summary>
    public TimeSpan? KeepAlive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many connections the client may have, those that end their last calls included; a further one is made beside the others when all have calls in
    /// flight. Default 1: calls share it.
    /// With <see cref="ConnectionLifetime"/> or <see cref="MaxCallsPerConnection"/>, and unless <see cref="Extensions"/> is
    /// <see cref="MprpcExtensions.Never"/>, two at least: one that ends, and one that takes its place.
    /// </summary>
    public int MaxConnections { get; set; } = 1;

    /// <summary>
    /// How long one of several connections may be without a call before it is closed; the last one stays. Default 1 minute, as .NET's HTTP connections; null:
    /// for ever. Not looked at where the client serves methods, since the server may have kept the connection to call them.
    /// </summary>
    public TimeSpan? PooledConnectionIdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How many calls may wait for their answers on one connection; further ones wait for a place. Default <see cref="int.MaxValue"/>: no limit. Set 1 for
    /// servers that take one message a read
    /// (mprpc for Python): a connection is then dropped after a timeout, since its late answer would hold the next call up. A server that knows the extensions
    /// says how many it takes; if that is less, it counts.
    /// </summary>
    public int MaxInFlightPerConnection { get; set; } = int.MaxValue;

    /// <summary>
    /// How many calls a connection is used for; after them another takes its place, and it is closed after its last answer. Notifications do not count. Default
    /// <see cref="int.MaxValue"/>:
    /// no limit. Set 1 for servers that close after each answer (PHP's): a call that follows an answer closely would otherwise go out on a connection that is
    /// being closed, and be lost. No more calls than this are in flight on a connection, so that further ones wait as they do for
    /// <see cref="MaxInFlightPerConnection"/>.
    /// </summary>
    public int MaxCallsPerConnection { get; set; } = int.MaxValue;

    /// <summary>
    /// Largest message accepted from the server, in bytes. Default 4,194,304 (4 MiB, gRPC's receive limit). A larger one closes the connection.
    /// </summary>
    public int MaxMessageSize { get; set; } = ConnectionLimits.DefaultMaxMessageSize;

    /// <summary>
    /// Largest message sent to the server, in bytes. Default 4,194,304 (4 MiB, what servers accept by default). A larger call or notification throws before
    /// anything is sent; others of the connection
    /// go on. An answer to the server's call that would be larger is replaced by an error.
    /// </summary>
    public int MaxSendMessageSize { get; set; } = ConnectionLimits.DefaultMaxMessageSize;

    /// <summary>How deep arrays and maps of a message may nest, the message itself counted. Default 64. A deeper one closes the connection.</summary>
    public int MaxDepth { get; set; } = ConnectionLimits.DefaultMaxDepth;

    /// <summary>
    /// How deep arrays and maps of a message may nest that is sent to the server, the message itself counted. Default 64 (what servers accept by default). A
    /// deeper call or notification throws before
    /// anything is sent; others of the connection go on. An answer to the server's call that nests deeper is replaced by an error. The server must accept as
    /// much.
    /// </summary>
    public int MaxSendDepth { get; set; } = ConnectionLimits.DefaultMaxDepth;

    /// <summary>
    /// Whether to write text and bytes as before MessagePack had str8, bin and ext, for servers that know only those (msgpack-rpc-python, msgpack-rpc-java,
    /// jubatus). Default false.
    /// </summary>
    public bool OldSpec { get; set; }

    /// <summary>What the error looks like with which a call of the server's is answered. Default <see cref="MprpcErrorShape.Message"/>.</summary>
    public MprpcErrorShape ErrorShape { get; set; }

    /// <summary>
    /// When the client asks the server whether it knows the extensions of the protocol. Default <see cref="MprpcExtensions.WhenUsed"/>;
    /// <c>AddMprpcClient</c> sets <see cref="MprpcExtensions.Always"/> unless a peer's preset is chosen, and each preset sets <see
    /// cref="MprpcExtensions.Never"/>.
    /// </summary>
    public MprpcExtensions Extensions { get; set; }

    /// <summary>
    /// How long a connection may be silent before the client asks the server for a sign of life, if the server knows the extensions; without any within another
    /// <see cref="HeartbeatTimeout"/> the connection is lost, and its calls fail. Default 15 s; null: never.
    /// </summary>
    public TimeSpan? HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the client waits for a sign of life that it has asked for. Default 10 s.</summary>
    public TimeSpan HeartbeatTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How the server is told of a call that was cancelled or timed out where it has not said that it knows the extensions; null: it is not told.
    /// </summary>
    internal string? CancelMethod { get; private set; }

    /// <summary>What stands around each call, outermost first.</summary>
    internal IReadOnlyList<IMprpcClientFilter> Filters => _filters;

    /// <summary>Where the methods that the server calls find their services; null: nowhere.</summary>
    internal IServiceProvider? Services { get; set; }

    /// <summary>Finds the addresses of a server's name. Only tests set it.</summary>
    internal LookUpName LookUp { get; set; } = NameLookUp.OfSystem;

    /// <summary>What the application calls the client; null: nothing.</summary>
    internal string? Name { get; set; }

    /// <summary>Whether calls that are made for a served call get what is left of its time, its cancellation and its trace.</summary>
    internal bool PropagatesCallContext { get; set; }

    /// <summary>Whether something stands in the options that needs the extensions.</summary>
    internal bool ServesCalls => _methods.Count > 0;

    /// <summary>In which order the server's calls are answered. Default <see cref="MprpcResponseOrder.AsCompleted"/>.</summary>
    public MprpcResponseOrder ResponseOrder { get; set; }

    /// <summary>
    /// How the wire names are made of C# names: of the methods that typed clients call (<see cref="MprpcClient.As{T}"/>), and of those that the server may
    /// call. Set what the server has. Names that
    /// [MprpcMethod] sets stay. Default <see cref="MprpcNamingPolicy.SnakeCase"/>; generated proxies hold those names ready, and with another policy copy each
    /// request once.
    /// </summary>
    public MprpcNamingPolicy NamingPolicy { get; set; }

    /// <summary>
    /// For <c>tls://</c> and <c>wss://</c> addresses: client certificates, the name to verify, how to verify it. Default null: the server's certificate must be
    /// trusted, and issued for the address's host. Its ApplicationProtocols replace what <c>tls://</c> offers, <c>mprpc.1</c> and <c>mprpc</c>; empty: nothing.
    /// </summary>
    public SslClientAuthenticationOptions? Tls { get; set; }

    /// <summary>
    /// For <c>ws://</c> and <c>wss://</c> addresses: sets what the request brings that opens the WebSocket, such as an Authorization header; called for each
    /// connection. Default null. With <see cref="Tls"/>, .NET refuses what would replace it here: certificates and their callback. A redirect is never
    /// followed.
    /// </summary>
    public Action<ClientWebSocketOptions>? ConfigureWebSocket { get; set; }

    /// <summary>
    /// Makes what carries each connection, in place of a socket to <see cref="Url"/>: a serial port, a pipe, a proxy's stream. Return a new transport each
    /// time, or throw. Called for the first connection and each later one, from several threads if <see cref="MaxConnections"/> is above 1; its token is
    /// cancelled after <see cref="ConnectTimeout"/> and when the client is disposed, and a transport that comes after that is disposed. What it throws fails
    /// the attempt with an <see cref="MprpcConnectionException"/>, and further attempts are made as <see cref="Reconnect"/> says. Default null. With it no
    /// address is needed, any text may be one, and <see cref="KeepAlive"/> has no effect; the transport must protect what it carries itself:
    /// <see cref="Tls"/>, <see cref="ConfigureWebSocket"/> and addresses of TLS or WebSockets are refused.
    /// </summary>
    public Func<MprpcConnectContext, CancellationToken, ValueTask<MprpcTransport>>? ConnectCallback { get; set; }

    /// <summary>
    /// Gives the token with which each connection logs in before its first call (<c>$/authenticate</c>), again before the token expires, and once when a call
    /// is refused as unauthenticated. Default
    /// null: the client does not log in. Called from several threads; a token that lasts should be kept by the provider. Use it with <c>tls://</c>: over plain
    /// TCP the token can be read on the way.
    /// </summary>
    public Func<MprpcTokenContext, CancellationToken, ValueTask<MprpcToken>>? TokenProvider { get; set; }

    /// <summary>The delays between attempts to connect.</summary>
    public MprpcReconnectOptions Reconnect { get; set; } = new();

    /// <summary>How values become MessagePack and back. Default <see cref="MprpcSerializerOptions.Default"/>.</summary>
    public MprpcSerializerOptions Serializer { get; set; } = MprpcSerializerOptions.Default;

    /// <summary>Where the client logs. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The clock of timeouts, lifetimes and delays. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Lets the server call this object's methods, as it lets this client call its own: MessagePack-RPC goes both ways on one connection.</summary>
    /// <typeparam name="T">The type whose methods are published; see <see cref="MprpcServiceAttribute"/>.</typeparam>
    /// <param name="service">The object; its methods run concurrently.</param>
    /// <param name="prefix">Put before each method's wire name with a dot; null: what the type's attribute says.</param>
    /// <returns>These options.</returns>
    public MprpcClientOptions AddHandlers<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces)] T>(
        T service, string? prefix = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(service);
        _methods.Add(options => ServiceModel.Build(new ServingTarget<T>(service, options), options.NamingPolicy, prefix));
        return this;
    }

    /// <summary>Lets the server call a delegate.</summary>
    /// <typeparam name="TDelegate">The delegate's type.</typeparam>
    /// <param name="method">The wire name.</param>
    /// <param name="handler">What runs: parameters by position; it may take a <see cref="CancellationToken"/> and a <see cref="MprpcCallContext"/>, and return
    /// a task.</param>
    /// <returns>These options.</returns>
    public MprpcClientOptions AddHandler<TDelegate>(string method, TDelegate handler)
        where TDelegate : Delegate
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(handler);
        _methods.Add(options => BuildHandler(method, handler, options));
        return this;
    }

    /// <summary>Lets the server call the methods of a service that each call gets from a scope of its own, of <see cref="Services"/>.</summary>
    internal void AddScopedService<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces)] T>(string? prefix)
        where T : class
        => _methods.Add(options => ServiceModel.Build(new ScopedServingTarget<T>(options), options.NamingPolicy, prefix));

    /// <summary>Puts a filter around every call and notification of the client, the last added innermost. Without filters calls pay nothing.</summary>
    /// <param name="filter">The filter: one object for all calls, at once.</param>
    /// <returns>These options.</returns>
    public MprpcClientOptions AddFilter(IMprpcClientFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        _filters.Add(filter);
        return this;
    }

    /// <summary>Puts a delegate around every call and notification of the client, the last added innermost.</summary>
    /// <param name="filter">The filter, as in <c>async (call, next) => { await next(call); }</c>.</param>
    /// <returns>These options.</returns>
    public MprpcClientOptions AddFilter(Func<MprpcClientInvocation, MprpcClientFilterDelegate, ValueTask> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return AddFilter(new DelegateClientFilter(filter));
    }

    /// <summary>Sets the options above as this kind of server wants them.</summary>
    /// <param name="peer">The server that the client calls.</param>
    /// <returns>These options.</returns>
    public MprpcClientOptions UsePeer(MprpcPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        OldSpec = peer.OldSpec;
        ErrorShape = peer.ErrorShape;
        ResponseOrder = peer.ResponseOrder;
        MaxInFlightPerConnection = peer.MaxInFlightPerConnection;
        MaxCallsPerConnection = peer.MaxCallsPerConnection;
        Extensions = MprpcExtensions.Never;
        CancelMethod = peer.TakesCancelRequest ? "$/cancelRequest" : null;
        return this;
    }

    /// <summary>Checks the options, and returns them as they are now.</summary>
    internal MprpcClientOptions Freeze()
    {
        CheckConnecting();
        RequireAtLeast(MaxConnections, 1, nameof(MaxConnections));
        RequireAtLeast(MaxConnectedServers, 1, nameof(MaxConnectedServers));
        RequireAtLeast(MaxInFlightPerConnection, 1, nameof(MaxInFlightPerConnection));
        RequireAtLeast(MaxCallsPerConnection, 1, nameof(MaxCallsPerConnection));
        RequireAtLeast(MaxMessageSize, 1, nameof(MaxMessageSize));
        RequireAtLeast(MaxSendMessageSize, 1, nameof(MaxSendMessageSize));
        RequireAtLeast(MaxDepth, 2, nameof(MaxDepth));
        RequireAtLeast(MaxSendDepth, 2, nameof(MaxSendDepth));
        CheckStreams();
        CheckStart();
        ArgumentNullException.ThrowIfNull(Reconnect);
        Reconnect.Check();
        ArgumentNullException.ThrowIfNull(Serializer);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(MeasuredErrorCodes);

        if (!Enum.IsDefined(Extensions))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Extensions),
                Extensions,
                $"MprpcClientOptions.Extensions is {Extensions}; allowed are {string.Join(", ", Enum.GetNames<MprpcExtensions>())}.");
        }

        var frozen = (MprpcClientOptions)MemberwiseClone();
        frozen.MeasuredErrorCodes = [.. MeasuredErrorCodes];
        frozen._methods = [.. _methods];
        frozen._filters = [.. _filters];
        frozen.Reconnect = Reconnect.Clone();
        frozen.ConnectTimeout = CheckTime(ConnectTimeout, nameof(ConnectTimeout));
        frozen.CallTimeout = CheckTime(CallTimeout, nameof(CallTimeout));
        frozen.ServersRefreshInterval = CheckTime(ServersRefreshInterval, nameof(ServersRefreshInterval));
        frozen.ConnectionLifetime = CheckTime(ConnectionLifetime, nameof(ConnectionLifetime));
        frozen.PooledConnectionIdleTimeout = CheckTime(PooledConnectionIdleTimeout, nameof(PooledConnectionIdleTimeout));
        frozen.KeepAlive = CheckTime(KeepAlive, nameof(KeepAlive));
        frozen.HeartbeatInterval = CheckTime(HeartbeatInterval, nameof(HeartbeatInterval));
        CheckTime(HeartbeatTimeout, nameof(HeartbeatTimeout));
        return frozen;
    }

    /// <summary>What is accepted and sent.</summary>
    internal ConnectionLimits ToConnectionLimits() => new(MaxMessageSize, MaxDepth, ConnectionLimits.DefaultMaxRunningCalls, nameof(MprpcClientOptions))
    {
        MaxSendMessageSize = MaxSendMessageSize,
        MaxSendDepth = MaxSendDepth,
        Streams = StreamLimits,
    };

    /// <summary>What the server may call. Each client has its own: methods may be added to it.</summary>
    /// <exception cref="InvalidOperationException">A method cannot be served, or two have one wire name.</exception>
    /// <param name="serializer">Reads the arguments and writes the results.</param>
    /// <param name="telemetry">Measures the calls.</param>
    internal Dispatcher CreateDispatcher(MprpcSerializerOptions serializer, CallTelemetry telemetry)
    {
        var methods = new MethodTable(SentTypes.Check([.. _methods.SelectMany(build => build(this))], serializer));
        return new Dispatcher(methods, serializer, ErrorShape, enableDetailedErrors: false, Extensions != MprpcExtensions.Never || CancelMethod is not null)
        {
            Telemetry = telemetry,
        };
    }

    /// <summary>A delegate as a method of the client.</summary>
    /// <param name="method">The wire name.</param>
    /// <param name="handler">What runs.</param>
    /// <param name="options">The client's, frozen.</param>
    internal static IReadOnlyList<RpcMethod> BuildHandler<TDelegate>(string method, TDelegate handler, MprpcClientOptions options)
        where TDelegate : Delegate
        => ServiceModel.BuildDelegate(method, handler, new ServingTarget<TDelegate>(handler, options));
}
