using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Mprpc.Binding;
using Mprpc.Client.Connections;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Pooling;
using Mprpc.Client.Transports;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Transports;
using Mprpc.Wire;

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
    private readonly Dialer _dialer;
    private readonly MprpcSerializerOptions _serializer;
    private readonly ConnectionLimits _limits;
    private readonly ConnectionPool _pool;
    private readonly CancellationTokenSource _disposed = new();
    private readonly LoginRenewal? _loginRenewal;
    private readonly NotificationQueue _notifications;
    private volatile bool _hasNotified;
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
        _dialer = dialer;
        _options = options;
        _serializer = options.OldSpec ? options.Serializer.WithOldSpec() : options.Serializer;
        _limits = options.ToConnectionLimits();
        ClientLogin? login = options.TokenProvider is null ? null : new ClientLogin(options, dialer.ToString());
        _pool = new ConnectionPool(dialer, options, options.CreateDispatcher(_serializer), login, OnConnectionChanged, _disposed.Token);
        _notifications = new NotificationQueue(_pool, options, dialer.ToString(), _disposed.Token);
        _loginRenewal = login is null ? null : new LoginRenewal(login, _pool, options, _serializer, _disposed.Token);
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
                throw new OperationCanceledException($"Connecting to {client._dialer} was cancelled by the caller's token.", exception, cancellationToken);
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
        => Call<T>(method, WriteRequest(method, arguments), options);

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
        => MprpcCallInvoker.WithoutResultAsync(Call<NoValue>(method, WriteRequest(method, arguments), options));

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
        MprpcWriter notification = WriteRequest(method, arguments);
        return TryNotify(notification) ? ValueTask.CompletedTask : _notifications.SendAsync(notification, options);
    }

    /// <summary>Makes a typed client: each call of a method of <typeparamref name="T"/> calls the server.</summary>
    /// <typeparam name="T">The contract: an interface marked [MprpcService]. Its proxy is generated when the interface is compiled (by reflection at run time
    /// where it was compiled without the generator), and allocates nothing per call.</typeparam>
    /// <returns>The proxy; it lives as long as this client, and is safe for concurrent use.</returns>
    /// <exception cref="InvalidOperationException">The interface is no contract, or a method of it cannot be called.</exception>
    /// <exception cref="NotSupportedException">There is no generated proxy, and this application cannot make one at run time (native AOT).</exception>
    public T As<T>()
        where T : class => ProxyModel.Find<T>(_options.NamingPolicy)(new ClientCallInvoker(this, _serializer, _limits, CallTimeout));

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
        await _pool.CloseAsync(SendTimeoutAtDispose, _hasNotified).ConfigureAwait(false);
        await cancelling.WaitAsync(SendTimeoutAtDispose).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        OnConnectionChanged();
    }

    /// <summary>Closes the connections as <see cref="DisposeAsync"/> does, without waiting until they are closed.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();      // bounded, and cannot throw

    /// <summary>Only for tests of the wrap of msgids: the calls in flight on the connection that the next call takes.</summary>
    internal InFlightRequests? CurrentRequests => _pool.TryGet()?.Requests;

    /// <summary>Only for tests: how many connections take calls.</summary>
    internal int ConnectionCount => _pool.Connected().Count();

    internal ILogger Logger => _options.LoggerFactory.CreateLogger("Mprpc.Client");

    private TimeSpan CallTimeout => _options.CallTimeout ?? Timeout.InfiniteTimeSpan;

    /// <summary>The connection, where one can take a proxy's call at once.</summary>
    internal RpcConnection? TryGetConnection(CancellationToken cancellationToken) => _loginRenewal is null ? TryGetReady(cancellationToken) : null;

    /// <summary>Sends a proxy's request when there is a connection.</summary>
    internal ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => _loginRenewal is null
            ? CallWhenReadyAsync<T>(method, request, CallTimeout, _options.WaitForReady, spent: default, cancellationToken)
            : _loginRenewal.CallAsync<T>(this, method, request, cancellationToken);

    /// <summary>Sends a request whose method and arguments are written: at once where a connection is there.</summary>
    internal ValueTask<T> Send<T>(string method, MprpcWriter request, MprpcCallOptions options, TimeSpan spent = default)
    {
        TimeSpan timeout = options.Timeout ?? CallTimeout;
        return spent == default && TryGetReady(options.CancellationToken) is { } connection
            && connection.TryCall(method, request, timeout, options.CancellationToken, out ValueTask<T> result)
            ? result
            : CallWhenReadyAsync<T>(method, request, timeout, options.WaitForReady ?? _options.WaitForReady, spent, options.CancellationToken);
    }

    /// <summary>Sends a notification of a proxy; a void method waits for nothing.</summary>
    /// <returns>Completes when it is on its way.</returns>
    internal Task Notify(MprpcWriter notification) => TryNotify(notification) ? Task.CompletedTask : _notifications.Enqueue(notification);

    private bool TryNotify(MprpcWriter notification)
    {
        if (!_hasNotified)
        {
            _hasNotified = true;
        }

        ThrowIfDisposed();
        return _notifications.TrySend(notification);
    }

    private ValueTask<T> Call<T>(string method, MprpcWriter request, MprpcCallOptions options)
        => _loginRenewal is null ? Send<T>(method, request, options) : _loginRenewal.CallAsync<T>(this, method, request, options);

    private RpcConnection? TryGetReady(CancellationToken cancellationToken)
        => !_pool.IsLimited && !cancellationToken.IsCancellationRequested && _pool.TryGet() is { Output.IsCongested: false } connection ? connection : null;

    private async ValueTask<T> CallWhenReadyAsync<T>(
        string method, MprpcWriter request, TimeSpan timeout, bool waitForReady, TimeSpan spent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var deadline = new CallDeadline(_options.TimeProvider, timeout, spent, cancellationToken);
        ClientConnection? place = null;
        MprpcConnectionException? failure = null;

        try
        {
            while (true)
            {
                ClientConnection? lost = place;
                place = null;

                try
                {
                    place = await _pool.AcquireAsync(isServing: Serving.Client == _options, lost, deadline.Token).ConfigureAwait(false);
                    failure = null;
                }
                catch (MprpcConnectionException exception) when (waitForReady && !exception.IsLasting)
                {
                    failure = exception;
                    continue;       // the next attempt waits for its back-off
                }

                if (place.Current is { } connection)
                {
                    // Again after each wait: all who waited go on at once, and one of them may have filled it again.
                    while (connection.Output.IsCongested)
                    {
                        await connection.Output.WaitForRoomAsync().WaitAsync(deadline.Token).ConfigureAwait(false);
                    }

                    PendingCall<T> call = PendingCall<T>.Rent(method, deadline.Left);
                    call.SpentBefore = deadline.Spent;
                    ValueTask<T> result = call.Task;

                    // False: the connection was lost or retired just now, and nothing was sent. The next one gets it.
                    if (place.TryCall(connection, call, request, cancellationToken))
                    {
                        return await result.ConfigureAwait(false);
                    }
                }
            }
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested && exception.CancellationToken != cancellationToken)
        {
            throw new OperationCanceledException($"The call of '{method}' was cancelled before it was sent.", exception, cancellationToken);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            ThrowIfDisposed();
            throw deadline.NotSent(method, _pool.DescribeWait(), failure, exception);
        }
        finally
        {
            if (place is not null)
            {
                _pool.Release(place);
            }
        }
    }

    private MprpcWriter WriteRequest(string method, ReadOnlySpan<object?> arguments)
    {
        ThrowIfDisposed();
        return RequestWriter.Begin(_serializer, _limits.SendLimit, method, arguments);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);

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
            ClientLog.StateHandlerThrew(Logger, exception);
        }
    }
}
