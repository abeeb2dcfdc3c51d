using Mprpc.Binding;
using Mprpc.Client.Connections;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Hosting;
using Mprpc.Client.Pooling;
using Mprpc.Client.Sending;
using Mprpc.Client.Transports;
using Mprpc.Connections;

namespace Mprpc.Client;

/// <summary>Calls the methods of a MessagePack-RPC server.</summary>
/// <remarks>
/// Safe for concurrent use: any number of calls share its connections, and answers may come in any order. Meant to be kept and shared for as long as the server
/// is called. A lost connection fails the calls that wait on it at once; the next call makes another.
/// </remarks>
public sealed partial class MprpcClient : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan SendTimeoutAtDispose = TimeSpan.FromSeconds(1);

    private readonly MprpcClientOptions _options;
    private readonly ClientParts _parts;
    private readonly ConnectionPool _pool;
    private readonly CallSender _sender;
    private readonly ClientMethods _methods;
    private readonly CancellationTokenSource _disposed = new();
    private MprpcClientState _reportedState;

    /// <summary>Creates a client that connects at its first call.</summary>
    /// <param name="url"><c>tcp://host:port</c>, <c>tls://host:port</c>, <c>unix:///path</c>, <c>pipe://./name</c>, <c>ws://host:port/path</c> or
    /// <c>wss://host:port/path</c>.</param>
    /// <param name="options">Null: the defaults. Read now; later changes have no effect.</param>
    /// <exception cref="ArgumentException">The url is no such address.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public MprpcClient(string url, MprpcClientOptions? options = null)
        : this(Begin(url, options ?? new MprpcClientOptions()))
    {
    }

    /// <summary>
    /// Creates a client of <see cref="MprpcClientOptions.Url"/> that connects at its first call, or by <see cref="ConnectAsync(CancellationToken)"/>.
    /// </summary>
    /// <param name="options">The address, and how to connect and call. Read now; later changes have no effect.</param>
    /// <exception cref="ArgumentException">The options have no address, or it is not valid.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public MprpcClient(MprpcClientOptions options)
        : this(Begin(UrlOf(options), options))
    {
    }

    private MprpcClient((Dialer Dialer, MprpcClientOptions Options) frozen)
        : this(frozen.Dialer, frozen.Options)
    {
    }

    /// <param name="dialer">Makes the connections.</param>
    /// <param name="options">Frozen.</param>
    internal MprpcClient(Dialer dialer, MprpcClientOptions options)
    {
        _options = options;
        _parts = new ClientParts(dialer, options, OnConnectionChanged, _disposed.Token) { OnConnected = OnConnected };
        _pool = new ConnectionPool(_parts);
        _sender = CallSenders.Create(_parts, _pool);
        Probe = new ClientProbe(_pool, _parts);
        _parts.Telemetry.Begin(() => Probe.Connections, () => Probe.CallsInFlight);
        _methods = new ClientMethods(_parts, _pool);
    }

    /// <summary>Occurs when <see cref="State"/> has changed; on whichever thread has found out.</summary>
    public event EventHandler? StateChanged;

    /// <summary>Whether the client can call right away.</summary>
    public MprpcClientState State
        => _disposed.IsCancellationRequested ? MprpcClientState.Disposed
            : _pool.IsConnected ? MprpcClientState.Connected
            : _pool.IsConnecting ? MprpcClientState.Connecting
            : MprpcClientState.Disconnected;

    /// <summary>Whether there is a connection.</summary>
    public bool IsConnected => State == MprpcClientState.Connected;

    /// <summary>Creates a client and connects it.</summary>
    /// <param name="url"><c>tcp://host:port</c>, <c>tls://host:port</c>, <c>unix:///path</c>, <c>pipe://./name</c>, <c>ws://host:port/path</c> or
    /// <c>wss://host:port/path</c>.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The connected client; dispose it when it is no more needed.</returns>
    /// <exception cref="MprpcConnectionException">The server cannot be reached. With <see cref="MprpcClientOptions.WaitForReady"/> it is waited
    /// for.</exception>
    /// <exception cref="ArgumentException">The url is no such address, or an option is out of its range.</exception>
    public static async ValueTask<MprpcClient> ConnectAsync(string url, MprpcClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        var client = new MprpcClient(url, options);

        try
        {
            await client.ConnectAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Creates a client over a stream that is connected already, and starts to serve it.</summary>
    /// <param name="stream">The bytes of both directions; disposed with the client.</param>
    /// <param name="options">Null: the defaults. Those of connecting have no meaning here: a stream that has ended cannot be connected again.</param>
    public static MprpcClient FromStream(Stream stream, MprpcClientOptions? options = null) => FromStreams(stream, stream, options);

    /// <summary>Creates a client over two streams, and starts to serve them.</summary>
    /// <param name="input">What the peer sends; disposed with the client.</param>
    /// <param name="output">What is sent to the peer; disposed with the client.</param>
    /// <param name="options">Null: the defaults. Those of connecting have no meaning here.</param>
    public static MprpcClient FromStreams(Stream input, Stream output, MprpcClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        return Over(MprpcTransport.FromStreams(input, output), "stream", options);
    }

    /// <summary>Creates a client over a transport of the application's own, and starts to serve it.</summary>
    /// <param name="transport">What carries the connection; disposed with the client. For a transport that can be made again there is
    /// <see cref="MprpcClientOptions.ConnectCallback"/>.</param>
    /// <param name="options">Null: the defaults. Those of connecting have no meaning here: a transport that has ended cannot be connected again.</param>
    public static MprpcClient FromTransport(MprpcTransport transport, MprpcClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(transport);
        return Over(transport, "transport", options);
    }

    /// <summary>
    /// Creates a client over this process's standard input and output, as neovim's <c>jobstart</c> with <c>rpc</c> wants it, and starts to serve them.
    /// </summary>
    /// <param name="options">Null: the defaults.</param>
    /// <remarks>Nothing else may write to the standard output: log to the standard error.</remarks>
    public static MprpcClient FromStandardIO(MprpcClientOptions? options = null)
        => FromStreams(Console.OpenStandardInput(), Console.OpenStandardOutput(), options);

    /// <summary>Connects now, if there is no connection; else the first call does.</summary>
    /// <inheritdoc cref="ConnectAsync(CancellationToken)" path="/*[self::returns or self::exception or self::remarks]"/>
    public ValueTask ConnectAsync() => ConnectAsync(CancellationToken.None);

    /// <summary>Connects now, if there is no connection; else the first call does.</summary>
    /// <param name="cancellationToken">Ends the wait; an attempt that has begun goes on for the calls that come.</param>
    /// <returns>Completes when there is a connection, logged in where the client logs in.</returns>
    /// <exception cref="MprpcConnectionException">The server cannot be reached. With <see cref="MprpcClientOptions.WaitForReady"/> it is waited
    /// for.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    /// <remarks>After a failure the client can connect again, by this or by a call. It need not be called again after a loss: the next call connects.</remarks>
    public async ValueTask ConnectAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);

        try
        {
            cancellationToken.ThrowIfCancellationRequested();

            // With all its places taken it is connected as well.
            if (!_pool.IsConnected)
            {
                await _pool.ConnectAsync(_options.WaitForReady, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException($"Connecting to {_parts.Address} was cancelled by the caller's token.", exception, cancellationToken);
        }
    }

    /// <summary>Lets the server call a delegate from now on, before or after the client has connected; by a request or a notification.</summary>
    /// <typeparam name="TDelegate">The delegate's type.</typeparam>
    /// <param name="method">The wire name.</param>
    /// <param name="handler">
    /// What runs: parameters by position; it may take a <see cref="CancellationToken"/> and a <see cref="MprpcCallContext"/>, and return a task. Calls run
    /// concurrently. What it throws is answered as an error, <see cref="MprpcException"/> with its message.
    /// </param>
    /// <returns>Dispose it to take the method away; calls that run go on. It may be ignored: the method is then there as long as the client.</returns>
    /// <exception cref="InvalidOperationException">The server can call a method of that name already, or the delegate cannot be served.</exception>
    /// <exception cref="NotSupportedException">This application cannot make code at run time (native AOT): use
    /// <see cref="MprpcClientOptions.AddHandlers{T}"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    /// <remarks>Safe for concurrent use. What the server may call from the first moment on belongs in <see cref="MprpcClientOptions"/>.</remarks>
    public IDisposable On<TDelegate>(string method, TDelegate handler)
        where TDelegate : Delegate
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(handler);
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        return _methods.Add(method, handler);
    }

    /// <summary>Makes a typed client: each call of a method of <typeparamref name="T"/> calls the server.</summary>
    /// <typeparam name="T">The contract: an interface marked [MprpcService]. Its proxy is generated when the interface is compiled (by reflection at run time
    /// where it was compiled without the generator), and allocates nothing per call.</typeparam>
    /// <returns>The proxy; it lives as long as this client, and is safe for concurrent use.</returns>
    /// <exception cref="InvalidOperationException">The interface is no contract, or a method of it cannot be called.</exception>
    /// <exception cref="NotSupportedException">There is no generated proxy, and this application cannot make one at run time (native AOT).</exception>
    public T As<T>()
        where T : class => ProxyModel.Find<T>(_options.NamingPolicy)(_sender);

    /// <summary>Completes when the client has no connection any more: for a process that lives as long as its peer.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitForDisconnectAsync(CancellationToken cancellationToken = default)
    {
        var disconnected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool wasConnected = false;
        StateChanged += OnChanged;

        try
        {
            OnChanged(this, EventArgs.Empty);
            await disconnected.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            StateChanged -= OnChanged;
        }

        void OnChanged(object? sender, EventArgs e)
        {
            MprpcClientState state = State;
            wasConnected |= state == MprpcClientState.Connected;

            // A client that is called makes the next one at once.
            if (state is MprpcClientState.Disconnected or MprpcClientState.Disposed || (wasConnected && state == MprpcClientState.Connecting))
            {
                disconnected.TrySetResult();
            }
        }
    }

    /// <summary>
    /// Closes the connections. Calls that wait for their answers fail, and are cancelled at a server that can tell a client that has gone from one that has
    /// only ended its side.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

        // Not waited for: what runs on cancellation may be user code, and what is to be closed is closed without it.
        Task cancelling = _disposed.CancelAsync();
        _parts.Telemetry.End();
        _parts.Dialer.End();
        await _pool.CloseAsync(SendTimeoutAtDispose, _sender.HasNotified).ConfigureAwait(false);
        await cancelling.WaitAsync(SendTimeoutAtDispose).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        OnConnectionChanged();
    }

    /// <summary>Closes the connections as <see cref="DisposeAsync"/> does, without waiting until they are closed.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();      // bounded, and cannot throw

    /// <summary>What the application's health checks and its start ask.</summary>
    internal ClientProbe Probe { get; }

    /// <summary>Only for tests of the wrap of msgids: the calls in flight on the connection that the next call takes.</summary>
    internal InFlightRequests? CurrentRequests => _pool.TryGet()?.Requests;

    /// <summary>Only for tests: how many connections take calls.</summary>
    internal int ConnectionCount => _pool.Connected().Count();

    private static (Dialer Dialer, MprpcClientOptions Options) Begin(string? url, MprpcClientOptions options)
    {
        MprpcClientOptions frozen = options.Freeze();
        frozen.Url = url;
        return (Dialers.To(url, frozen), frozen);
    }

    private static MprpcClient Over(MprpcTransport transport, string noun, MprpcClientOptions? options)
    {
        MprpcClientOptions frozen = (options ?? new MprpcClientOptions()).Freeze();
        frozen.Url = null;      // of no effect, also in metrics
        var client = new MprpcClient(new GivenDialer(transport, noun, frozen), frozen);
        client._pool.Begin();    // cannot fail: the transport is there
        return client;
    }

    private static string? UrlOf(MprpcClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Url is not null || options.ConnectCallback is not null || options.Servers is not null ? options.Url : throw new ArgumentException(
            "MprpcClientOptions.Url is not set. Set it to the server's address, such as tcp://127.0.0.1:6000, or pass the address: "
            + "new MprpcClient(url, options).",
            nameof(options));
    }

    private void OnConnectionChanged()
    {
        MprpcClientState state = State;

        if (Interlocked.Exchange(ref _reportedState, state) == state)
        {
            return;
        }

        try
        {
            StateChanged?.Invoke(this, EventArgs.Empty);
        }
        catch (Exception exception)
        {
            ClientLog.StateHandlerThrew(_parts.Logger, exception);
        }
    }
}
