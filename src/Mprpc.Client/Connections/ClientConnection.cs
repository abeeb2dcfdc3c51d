using Microsoft.Extensions.Logging;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Transports;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Dispatch;

namespace Mprpc.Client.Connections;

/// <summary>One place of the pool: a connection, or the making of one. After a loss the next call makes another.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class ClientConnection(Dialer dialer, MprpcClientOptions options, Dispatcher dispatcher, ClientLogin? login, Action onChanged, CancellationToken disposed)
{
    private static long s_lastId;

    private readonly Lock _gate = new();
    private readonly ConnectionLimits _limits = new(options.MaxMessageSize, options.MaxDepth, ConnectionLimits.DefaultMaxRunningCalls, nameof(MprpcClientOptions))
    {
        MaxSendMessageSize = options.MaxSendMessageSize,

        // A server may keep a client waiting: that is its back-pressure, and how long to wait each call says itself.
        PartialMessageTimeout = TimeSpan.MaxValue,
        WriteTimeout = TimeSpan.MaxValue,
        HalfCloseTimeout = dispatcher.Methods.Methods.Count > 0 ? ConnectionLimits.DefaultHalfCloseTimeout : TimeSpan.MaxValue,
    };
    private readonly MprpcSerializerOptions _serializer = options.OldSpec ? options.Serializer.WithOldSpec() : options.Serializer;
    private readonly ILogger _logger = new HarmlessLogger(options.LoggerFactory.CreateLogger("Mprpc.Client"));
    private readonly long _lifetime = options.ConnectionLifetime is { } lifetime ? (long)(lifetime.TotalSeconds * options.TimeProvider.TimestampFrequency) : long.MaxValue;
    private readonly List<RpcConnection> _open = [];    // the current one, and those that have served their lifetime but not all their calls
    private RpcConnection? _current;
    private Task<RpcConnection>? _connecting;
    private long _usableUntil;
    private int _callsLeft;
    private int _failures;
    private long _nextAttempt;
    private long _madeAt;
    private int _reserved;

    /// <summary>The connection, where there is one that can take calls.</summary>
    public RpcConnection? Current
    {
        get
        {
            RpcConnection? current = Volatile.Read(ref _current);
            return current is null || _lifetime == long.MaxValue || options.TimeProvider.GetTimestamp() < _usableUntil ? current : Retire(current);
        }
    }

    /// <summary>Whether the last attempt has failed, and the next one is not due yet.</summary>
    public bool IsWaitingToConnect => Volatile.Read(ref _failures) > 0 && options.TimeProvider.GetTimestamp() < _nextAttempt;

    public bool IsConnecting => _connecting is not null;

    /// <summary>How many calls wait for their answers, or have a place here and are about to be sent.</summary>
    public int Load => Math.Max(Reserved, Volatile.Read(ref _current)?.Requests.Count ?? 0);

    /// <summary>How many of a limited number of places are taken.</summary>
    public int Reserved => Volatile.Read(ref _reserved);

    /// <summary>Takes one of a limited number of places.</summary>
    public bool TryReserve(int limit)
    {
        int reserved = Volatile.Read(ref _reserved);

        while (reserved < limit)
        {
            int seen = Interlocked.CompareExchange(ref _reserved, reserved + 1, reserved);

            if (seen == reserved)
            {
                return true;
            }

            reserved = seen;
        }

        return false;
    }

    public void Unreserve() => Interlocked.Decrement(ref _reserved);

    /// <summary>The connection; made, where there is none. All who come meanwhile wait for the same attempt.</summary>
    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    public Task<RpcConnection> GetAsync()
    {
        if (Current is { } current)
        {
            return Task.FromResult(current);
        }

        lock (_gate)
        {
            if (_current is not null)
            {
                return Task.FromResult(_current);
            }

            if (_connecting is null)
            {
                // The connection outlives the call that makes it: its ambient state (AsyncLocal, Activity) is not the connection's.
                using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
                {
                    _connecting = ConnectAsync();
                }
            }

            return _connecting;
        }
    }

    /// <summary>Sends a call over the connection, where that takes one more; the last one that it takes retires it. For a caller who has a place.</summary>
    /// <returns>False where nothing was sent: the next connection gets it.</returns>
    public bool TryCall(RpcConnection connection, PendingCall call, MprpcWriter request, CancellationToken cancellationToken)
    {
        if (options.MaxCallsPerConnection == int.MaxValue)
        {
            return connection.TryCall(call, request, cancellationToken);
        }

        // Counted and sent in one: of two callers that have the connection only one gets its last call.
        lock (_gate)
        {
            if (connection != _current || !connection.TryCall(call, request, cancellationToken))
            {
                return false;
            }

            if (--_callsLeft == 0)
            {
                Retire(connection);
            }

            return true;
        }
    }

    /// <summary>Closes the connections: what is written is sent, and calls that wait fail. To be called when the client is disposed: no more are made.</summary>
    public async Task CloseAsync(TimeSpan sendTimeout)
    {
        RpcConnection[] open;

        lock (_gate)
        {
            open = [.. _open];
            _current = null;        // no call takes one any more, and finds it closed
        }

        foreach (RpcConnection connection in open)
        {
            await connection.Output.WaitUntilSentAsync().WaitAsync(sendTimeout, options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            connection.Abort(new ObjectDisposedException(objectName: null, "The MprpcClient was disposed."));
        }
    }

    private async Task<RpcConnection> ConnectAsync()
    {
        // Off the caller's lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        lock (_gate)
        {
            // Not before GetAsync has stored this attempt: only then is the client seen as connecting.
        }

        onChanged();

        try
        {
            await WaitForAttemptAsync().ConfigureAwait(false);
            ClientTransport transport = await dialer.ConnectAsync(disposed).ConfigureAwait(false);
            RpcConnection connection = Start(transport);

            if (login is not null)
            {
                await LoginAsync(login, connection).ConfigureAwait(false);
                Publish(connection);
            }

            return connection;
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                _connecting = null;
                TimeSpan delay = DelayNextAttempt();

                if (!disposed.IsCancellationRequested)
                {
                    ClientLog.ConnectFailed(_logger, dialer.ToString(), _failures, delay, exception);
                }
            }

            onChanged();
            throw;
        }
    }

    private async Task WaitForAttemptAsync()
    {
        if (_failures > 0 && options.TimeProvider.GetElapsedTime(options.TimeProvider.GetTimestamp(), _nextAttempt) is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, options.TimeProvider, disposed).ConfigureAwait(false);
        }
    }

    private RpcConnection Start(ClientTransport transport)
    {
        var connection = new RpcConnection(new RpcConnectionSettings
        {
            Id = $"client-{Interlocked.Increment(ref s_lastId)}",
            Transport = transport,
            AbortTransport = transport.Abort,
            Limits = _limits,
            Logger = _logger,
            Serializer = _serializer,
            Dispatcher = dispatcher,
            ResponseOrder = options.ResponseOrder,
            Clock = options.TimeProvider,
            CallTimeout = options.CallTimeout ?? Timeout.InfiniteTimeSpan,
            LocalEndPoint = transport.LocalEndPoint,
            RemoteEndPoint = transport.RemoteEndPoint,
        });

        connection.Requests.OnClosed = () => Forget(connection, isLost: true);

        if (options.MaxInFlightPerConnection == 1)
        {
            // The late answer would come before, or in place of, that of the next call; which must not come upon this connection.
            connection.Requests.OnGivenUp += _ =>
            {
                Forget(connection, isLost: false);
                connection.Abort();
            };
        }

        lock (_gate)
        {
            // Disposed meanwhile: nobody would close it.
            if (disposed.IsCancellationRequested)
            {
                transport.Abort();
                throw new OperationCanceledException(disposed);
            }

            _open.Add(connection);
        }

        if (login is null)
        {
            Publish(connection);        // before it is served: what it receives may call back
        }

        _ = ServeAsync(connection, transport);      // owned: ends with the connection, and cannot throw
        return connection;
    }

    private async Task LoginAsync(ClientLogin login, RpcConnection connection)
    {
        try
        {
            await login.LoginAsync(connection, disposed).ConfigureAwait(false);
        }
        catch
        {
            connection.Abort();
            throw;
        }
    }

    /// <summary>Lets calls take the connection.</summary>
    /// <exception cref="MprpcConnectionException">It has been lost while it logged in.</exception>
    private void Publish(RpcConnection connection)
    {
        lock (_gate)
        {
            if (!_open.Contains(connection))
            {
                throw new MprpcConnectionException($"The connection to {dialer} was lost after it had logged in; no call was sent.");
            }

            _current = connection;
            _connecting = null;
            _madeAt = options.TimeProvider.GetTimestamp();
            _callsLeft = options.MaxCallsPerConnection;
            _usableUntil = _lifetime == long.MaxValue ? long.MaxValue : options.TimeProvider.GetTimestamp() + _lifetime;
        }

        ClientLog.Connected(_logger, dialer.ToString(), connection.Id);
        onChanged();
    }

    private static async Task ServeAsync(RpcConnection connection, ClientTransport transport)
    {
        await connection.RunAsync().ConfigureAwait(false);
        transport.Abort();
    }

    /// <summary>Takes no more calls over a connection that is lost, before its calls are told: a caller that calls again gets another.</summary>
    private void Forget(RpcConnection connection, bool isLost)
    {
        lock (_gate)
        {
            // Both in one: a connection that has just logged in is published only while it is open.
            _open.Remove(connection);

            if (Interlocked.CompareExchange(ref _current, null, connection) == connection)
            {
                CountEnd(connection, isLost);
            }
        }

        onChanged();
    }

    /// <summary>Under the lock, of a connection that was published: tells whether it was of use. Of others the attempt has failed, which is counted there.</summary>
    private void CountEnd(RpcConnection connection, bool isLost)
    {
        // Long enough without a byte does as well: there are clients that only notify.
        if (connection.HasReceived || options.TimeProvider.GetElapsedTime(_madeAt) > options.Reconnect.MaxDelay)
        {
            _failures = 0;
        }
        else if (isLost)
        {
            // Accepted and closed, as by a proxy whose server is down: no better than not connected.
            DelayNextAttempt();
        }
    }

    /// <summary>Under the lock: an attempt has failed.</summary>
    /// <returns>How long the next one waits.</returns>
    private TimeSpan DelayNextAttempt()
    {
        _failures++;
        TimeSpan delay = options.Reconnect.DelayAfter(_failures);
        _nextAttempt = options.TimeProvider.GetTimestamp() + (long)(delay.TotalSeconds * options.TimeProvider.TimestampFrequency);
        return delay;
    }

    private RpcConnection? Retire(RpcConnection connection)
    {
        if (Interlocked.CompareExchange(ref _current, null, connection) == connection)
        {
            ClientLog.ConnectionRetired(_logger, connection.Id);
            connection.Requests.WhenEmpty(connection.Stop);
        }

        return Volatile.Read(ref _current);
    }
}
