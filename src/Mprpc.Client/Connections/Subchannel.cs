using Microsoft.AspNetCore.Http.Features;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Pooling;
using Mprpc.Client.Transports;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Client.Connections;

/// <summary>
/// One of the connections that a pool may have, or the making of it, and those that it has replaced. After a loss the next call has another made.
/// </summary>
/// <remarks>Safe for concurrent use. Its lock is taken before the pool's, never after it.</remarks>
internal sealed partial class Subchannel(ConnectionPool pool, ClientParts parts)
{
    private const string PlaintextRemedy = "Connect by tls://, wss://, a Unix socket or loopback; "
        + "or set MprpcClientOptions.AllowPlaintextCredentials if what lies between is trusted.";

    private static long s_lastId;

    private readonly Lock _gate = new();
    private readonly List<OpenConnection> _open = [];    // the current one, and those that have served their lifetime but not all their calls
    private RpcConnection? _current;
    private volatile bool _isConnecting;
    private OpenConnection? _currentOpen;   // under the lock
    private int _callsLeft;                 // under the lock

    /// <summary>The connection, where there is one that can take calls.</summary>
    public RpcConnection? Current => Volatile.Read(ref _current);

    public bool IsConnecting => _isConnecting;

    /// <summary>Begins to make a connection; under the pool's lock.</summary>
    /// <returns>False where there is one, or it is being made.</returns>
    public bool TryBeginConnecting()
    {
        if (_isConnecting || Current is not null)
        {
            return false;
        }

        _isConnecting = true;

        // The connection outlives the call that makes it: its ambient state (AsyncLocal, Activity) is not the connection's.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _ = ConnectAsync();     // owned: ends with the client at the latest, and cannot throw
        }

        return true;
    }

    /// <summary>Sends a call over the connection, where that takes one more; the last one that it takes retires it. For a caller who has a place.</summary>
    /// <returns>False where nothing was sent, and the connection is not in the pool any more: the next connection gets the call.</returns>
    public bool TryCall(RpcConnection connection, PendingCall call, MprpcWriter request, CancellationToken cancellationToken)
    {
        bool isSent = parts.Options.MaxCallsPerConnection == int.MaxValue
            ? connection.TryCall(call, request, cancellationToken)
            : TryCallCounted(connection, call, request, cancellationToken);

        if (!isSent)
        {
            Drop(connection);
        }

        return isSent;
    }

    /// <summary>Takes no more calls over a connection that has refused one: whoever looks for a connection next must not find it again.</summary>
    public void Drop(RpcConnection connection)
    {
        if (Interlocked.CompareExchange(ref _current, null, connection) == connection)
        {
            parts.OnStateChanged();
        }
    }

    /// <summary>Takes no more calls over the connection, and closes it after its last answer.</summary>
    public bool TryRetire()
    {
        if (Current is not { } connection || !Retire(connection))
        {
            return false;
        }

        parts.OnStateChanged();
        pool.OnChanged();
        return true;
    }

    /// <summary>
    /// Closes the connections: what is written is sent, and calls that wait fail. To be called when the client is disposed: no more are made.
    /// </summary>
    public Task CloseAsync(TimeSpan sendTimeout, bool hasNotified)
    {
        OpenConnection[] open;

        lock (_gate)
        {
            open = [.. _open];
            Volatile.Write(ref _current, null);     // no call takes it any more, and finds it closed
        }

        return Task.WhenAll(open.Select(connection => connection.CloseAsync(sendTimeout, hasNotified)));
    }

    private bool TryCallCounted(RpcConnection connection, PendingCall call, MprpcWriter request, CancellationToken cancellationToken)
    {
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

    private async Task ConnectAsync()
    {
        // Off the pool's lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        parts.OnStateChanged();
        int failures = pool.Backoff.Failures;
        OpenConnection? made = null;

        try
        {
            await WaitForAttemptAsync().ConfigureAwait(false);
            failures = pool.Backoff.Failures;
            long start = parts.Clock.GetTimestamp();
            int refused = 0;    // connections that the server has closed in place of an answer to hello
            bool asks;
            bool isReady;

            while (true)
            {
                made = null;
                ClientTransport transport = await parts.Dialer.ConnectAsync(parts.Disposed).ConfigureAwait(false);
                asks = parts.Negotiation.ShallAsk(transport.Extensions, refused);
                isReady = parts.Login is null && !asks && refused == 0;
                made = Start(transport, failures, isReady);

                if (!asks || await AskAsync(made).ConfigureAwait(false))
                {
                    break;
                }

                pool.OnDialledAgain();
                refused++;
            }

            if (parts.Login is not null)
            {
                await LoginAsync(parts.Login, made.Connection, start).ConfigureAwait(false);
            }

            if (!isReady)
            {
                Publish(made, mayBeOutdated: !asks && refused == 0);
            }

            return;
        }
        catch (Exception exception)
        {
            _isConnecting = false;

            if (!parts.Disposed.IsCancellationRequested && !parts.Dialer.IsSpent)
            {
                TimeSpan delay = pool.Backoff.Fail(failures, exception);
                ClientLog.ConnectFailed(parts.Logger, parts.Address, pool.Backoff.Failures, delay, exception);
            }

            pool.OnFailed(exception, hadConnection: made is not null);
        }

        parts.OnStateChanged();
    }

    private async Task WaitForAttemptAsync()
    {
        // Again after each wait: another attempt may have failed meanwhile.
        while (!parts.Dialer.IsSpent && pool.Backoff.Wait is var wait && wait > TimeSpan.Zero)
        {
            // Whole milliseconds: a timer rounds down, and would run at once where less is left.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), parts.Clock, parts.Disposed).ConfigureAwait(false);
        }
    }

    private OpenConnection Start(ClientTransport transport, int failures, bool isReady)
    {
        var made = new OpenConnection(transport, parts.Clock.GetTimestamp(), failures);
        var connection = new RpcConnection(new RpcConnectionSettings
        {
            Id = $"client-{Interlocked.Increment(ref s_lastId)}",
            Transport = transport,
            AbortTransport = () => OnAborted(made),
            Limits = parts.Limits,
            StreamBudget = parts.StreamBudget,
            Logger = parts.Logger,
            Serializer = parts.Serializer,
            Handler = parts.Dispatcher,
            NamingPolicy = parts.Options.NamingPolicy,
            ResponseOrder = parts.Options.ResponseOrder,
            Clock = parts.Clock,
            Services = parts.Options.Services,
            CallTimeout = parts.CallTimeout,
            CancelMethod = parts.Options.CancelMethod,
            CredentialRemedy = transport.IsProtected || parts.Options.AllowPlaintextCredentials ? null : PlaintextRemedy,
            OnGoAway = grace => OnGoAway(made, grace),
            LocalEndPoint = transport.LocalEndPoint,
            RemoteEndPoint = transport.RemoteEndPoint,
            TransportClosed = transport.Closed,
            Features = transport.Features ?? new FeatureCollection(),
        });

        made.Connection = connection;
        connection.Requests.OnClosed = () => OnClosed(made);
        connection.Requests.OnGivenUp += _ => OnGivenUp(made);
        connection.Requests.OnLeft = pool.OnLeft;

        lock (_gate)
        {
            // Disposed meanwhile: nobody would close it.
            if (parts.Disposed.IsCancellationRequested)
            {
                transport.Abort();
                _ = transport.Release().AsTask();       // cannot throw
                throw new OperationCanceledException(parts.Disposed);
            }

            _open.Add(made);
        }

        if (isReady)
        {
            Publish(made, mayBeOutdated: false);        // before it is served: what it receives may call back
        }

        _ = ServeAsync(made);      // owned: ends with the connection, and cannot throw
        return made;
    }

    /// <summary>Lets calls take the connection.</summary>
    /// <param name="made">The connection.</param>
    /// <param name="mayBeOutdated">Whether it has not asked for the extensions, and the application may have begun to use them meanwhile.</param>
    /// <exception cref="MprpcConnectionException">It has been lost while it logged in.</exception>
    private void Publish(OpenConnection made, bool mayBeOutdated)
    {
        bool isOutdated;

        lock (_gate)
        {
            if (!_open.Contains(made))
            {
                throw new MprpcConnectionException($"The connection to {parts.Address} was lost before the first call; none was sent.");
            }

            isOutdated = mayBeOutdated && parts.Negotiation.IsWanted(made.Transport.Extensions);

            if (!isOutdated)
            {
                _currentOpen = made;
                made.TakesCallsSince = parts.Clock.GetTimestamp();
                Latency = made.Transport.Server?.Latency;
                _callsLeft = parts.Options.MaxCallsPerConnection;
                Volatile.Write(ref _current, made.Connection);
            }

            _isConnecting = false;
        }

        if (isOutdated)
        {
            End(made);
            return;
        }

        Interlocked.MemoryBarrier();    // with that of ClientMethods: either the method is seen here, or the connection there

        if (parts.Dispatcher.HasMethods)
        {
            made.Connection.ExpectCalls();
        }

        if (made.Connection.HasReceived)
        {
            parts.Dialer.OnHeard(made.Transport);
        }

        ClientLog.Connected(parts.Logger, parts.Address, made.Connection.Id);
        pool.OnConnected();
        parts.OnStateChanged();
        bool isToBeLeft;

        lock (_gate)
        {
            isToBeLeft = made.IsToBeLeft;
        }

        if (isToBeLeft && Retire(made.Connection))
        {
            pool.OnChanged();
        }

        AfterPublish(made.Connection);
    }

    private static async Task ServeAsync(OpenConnection made)
    {
        // Off the attempt: a server that talks at once, or user code that it calls, would keep that from its end.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await made.Connection.RunAsync().ConfigureAwait(false);
        made.Transport.Abort();
        await made.Transport.Release().ConfigureAwait(false);
    }
}
