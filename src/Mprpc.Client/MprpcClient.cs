using Mprpc.Binding;
using Mprpc.Client.Connections;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Pooling;
using Mprpc.Client.Sending;
using Mprpc.Client.Transports;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Transports;

namespace Mprpc.Client;

/// <summary>Calls the methods of a MessagePack-RPC server.</summary>
/// <remarks>
/// Safe for concurrent use: any number of calls share its connections, and answers may come in any order. Meant to be kept and shared for as long as the server
/// is called. A
/// lost connection fails the calls that wait on it at once; the next call makes another.
/// </remarks>
public sealed class MprpcClient : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan SendTimeoutAtDispose = TimeSpan.FromSeconds(1);

    private readonly MprpcClientOptions _options;
    private readonly ClientParts _parts;
    private readonly ConnectionPool _pool;
    private readonly CallSender _sender;
    private readonly CancellationTokenSource _disposed = new();
    private MprpcClientState _reportedState;

    /// <summary>Creates a client that connects at its first call.</summary>
    /// <param name="url"><c>tcp://host:port</c>, <c>tls://host:port</c>, <c>unix:///path</c>, <c>pipe://./name</c>, <c>ws://host:port/path</c> or
    /// <c>wss://host:port/path</c>.</param>
    /// <param name="options">Null: the defaults. Read now; later changes have no effect.</param>
    /// <exception cref="ArgumentException">The url is no such address.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public MprpcClient(string url, MprpcClientOptions? options = null)
        : this(RpcAddress.Parse(url), (options ?? new MprpcClientOptions()).Freeze())
    {
    }

    private MprpcClient(RpcAddress address, MprpcClientOptions options)
        : this(Dialer.To(address, options), options)
    {
    }

    /// <param name="dialer">Makes the connections.</param>
    /// <param name="options">Frozen.</param>
    internal MprpcClient(Dialer dialer, MprpcClientOptions options)
    {
        _options = options;
        _parts = new ClientParts(dialer, options, OnConnectionChanged, _disposed.Token);
        _pool = new ConnectionPool(_parts);
        _sender = CallSender.Create(_parts, _pool);
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
            await client._pool.ConnectAsync(client._options.WaitForReady, cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch (Exception exception)
        {
            await client.DisposeAsync().ConfigureAwait(false);

            if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException($"Connecting to {client._parts.Address} was cancelled by the caller's token.", exception, cancellationToken);
            }

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
        var client = new MprpcClient(new StreamDialer(input, output), (options ?? new MprpcClientOptions()).Freeze());
        client._pool.Begin();    // cannot fail: the streams are there
        return client;
    }

    /// <summary>
    /// Creates a client over this process's standard input and output, as neovim's <c>jobstart</c> with <c>rpc</c> wants it, and starts to serve them.
    /// </summary>
    /// <param name="options">Null: the defaults.</param>
    /// <remarks>Nothing else may write to the standard output: log to the standard error.</remarks>
    public static MprpcClient FromStandardIO(MprpcClientOptions? options = null)
        => FromStreams(Console.OpenStandardInput(), Console.OpenStandardOutput(), options);

    /// <summary>Calls a method.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; the type of each chooses its encoding.</param>
    /// <returns>
    /// The result. Await it once; what asks for it earlier or again throws <see cref="InvalidOperationException"/>. For several awaiters call
    /// <see cref="ValueTask{T}.AsTask"/> once.
    /// </returns>
    /// <exception cref="MprpcRemoteException">The server answered with an error.</exception>
    /// <exception cref="MprpcConnectionException">The server cannot be reached, and the call does not wait for it; or the connection was lost before the answer
    /// came.</exception>
    /// <exception cref="TimeoutException">No answer came within <see cref="MprpcClientOptions.CallTimeout"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public ValueTask<T> CallAsync<T>(string method, params ReadOnlySpan<object?> arguments) => CallAsync<T>(method, default(MprpcCallOptions), arguments);

    /// <summary>Calls a method, with a timeout or cancellation.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">This call's timeout and cancellation; a <see cref="CancellationToken"/> can be passed in its place.</param>
    /// <param name="arguments">The arguments by position; the type of each chooses its encoding.</param>
    /// <returns>
    /// The result. Await it once; what asks for it earlier or again throws <see cref="InvalidOperationException"/>. For several awaiters call
    /// <see cref="ValueTask{T}.AsTask"/> once.
    /// </returns>
    /// <exception cref="MprpcRemoteException">The server answered with an error.</exception>
    /// <exception cref="MprpcConnectionException">The server cannot be reached, or the connection was lost before the answer came.</exception>
    /// <exception cref="TimeoutException">No answer came in time.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled. It may still run at the server.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public ValueTask<T> CallAsync<T>(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
        => _sender.SendAsync<T>(method, _sender.Write(method, arguments), options);

    /// <summary>Calls a method, with the arguments as an array and the token last.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; each element is one, and its type chooses its encoding.</param>
    /// <param name="cancellationToken">Ends the wait; the answer, if one comes, is ignored.</param>
    /// <inheritdoc cref="CallAsync{T}(string, MprpcCallOptions, ReadOnlySpan{object?})" path="/*[self::returns or self::exception]"/>
    public ValueTask<T> CallAsync<T>(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return CallAsync<T>(method, MprpcCallOptions.FromCancellationToken(cancellationToken), (ReadOnlySpan<object?>)arguments);
    }

    /// <summary>Calls a method whose result, if it has one, is of no interest.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <inheritdoc cref="CallAsync{T}(string, ReadOnlySpan{object?})" path="/exception"/>
    public ValueTask CallAsync(string method, params ReadOnlySpan<object?> arguments) => CallAsync(method, default(MprpcCallOptions), arguments);

    /// <summary>Calls a method whose result, if it has one, is of no interest, with a timeout or cancellation.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">This call's timeout and cancellation; a <see cref="CancellationToken"/> can be passed in its place.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <inheritdoc cref="CallAsync{T}(string, MprpcCallOptions, ReadOnlySpan{object?})" path="/exception"/>
    public ValueTask CallAsync(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
        => MprpcCallInvoker.WithoutResultAsync(_sender.SendAsync<NoValue>(method, _sender.Write(method, arguments), options));

    /// <summary>Calls a method whose result, if it has one, is of no interest, with the arguments as an array and the token last.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; each element is one.</param>
    /// <param name="cancellationToken">Ends the wait; the answer, if one comes, is ignored.</param>
    /// <inheritdoc cref="CallAsync{T}(string, MprpcCallOptions, ReadOnlySpan{object?})" path="/exception"/>
    public ValueTask CallAsync(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return CallAsync(method, MprpcCallOptions.FromCancellationToken(cancellationToken), (ReadOnlySpan<object?>)arguments);
    }

    /// <summary>Sends a notification: a call that the server does not answer.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <returns>Completes when the notification is on its way; that it has arrived, nobody says.</returns>
    /// <exception cref="MprpcConnectionException">The server cannot be reached.</exception>
    /// <exception cref="TimeoutException">It could not be sent within <see cref="MprpcClientOptions.CallTimeout"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    /// <remarks>Notifications of one thread are sent in its order, over the same connection as long as that holds.</remarks>
    public ValueTask NotifyAsync(string method, params ReadOnlySpan<object?> arguments) => NotifyAsync(method, default(MprpcCallOptions), arguments);

    /// <summary>Sends a notification, with a timeout or cancellation.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">How long it may wait to be sent, and what ends the wait; a <see cref="CancellationToken"/> can be passed in its place.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <returns>Completes when the notification is on its way; that it has arrived, nobody says.</returns>
    /// <exception cref="MprpcConnectionException">The server cannot be reached.</exception>
    /// <exception cref="TimeoutException">It could not be sent in time.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it was sent.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public ValueTask NotifyAsync(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        return _sender.NotifyAsync(_sender.Write(method, arguments), options);
    }

    /// <summary>Sends a notification, with the arguments as an array and the token last.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; each element is one.</param>
    /// <param name="cancellationToken">Ends the wait to be sent.</param>
    /// <inheritdoc cref="NotifyAsync(string, MprpcCallOptions, ReadOnlySpan{object?})" path="/*[self::returns or self::exception]"/>
    public ValueTask NotifyAsync(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return NotifyAsync(method, MprpcCallOptions.FromCancellationToken(cancellationToken), (ReadOnlySpan<object?>)arguments);
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
            if (State is MprpcClientState.Disconnected or MprpcClientState.Disposed)
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
        await _pool.CloseAsync(SendTimeoutAtDispose, _sender.HasNotified).ConfigureAwait(false);
        await cancelling.WaitAsync(SendTimeoutAtDispose).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        OnConnectionChanged();
    }

    /// <summary>Closes the connections as <see cref="DisposeAsync"/> does, without waiting until they are closed.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();      // bounded, and cannot throw

    /// <summary>Only for tests of the wrap of msgids: the calls in flight on the connection that the next call takes.</summary>
    internal InFlightRequests? CurrentRequests => _pool.TryGet()?.Requests;

    /// <summary>Only for tests: how many connections take calls.</summary>
    internal int ConnectionCount => _pool.Connected().Count();

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
