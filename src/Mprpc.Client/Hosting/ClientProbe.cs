using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.Connections;

namespace Mprpc.Client.Hosting;

/// <summary>Looks whether the server can be called: by the connections that are there, or by one attempt to make one.</summary>
/// <remarks>
/// Safe for concurrent use. However many look at once, and however often: they share one attempt to connect, which is made only when the client's own
/// delay between attempts has passed.
/// </remarks>
internal sealed class ClientProbe(ConnectionPool pool, ClientParts parts)
{
    private readonly Lock _gate = new();
    private Task _attempt = Task.CompletedTask;

    public string Address => parts.Address;

    public TimeProvider Clock => parts.Clock;

    /// <summary>How many connections take calls.</summary>
    public int Connections => pool.Connected().Count();

    /// <summary>How many calls wait for their answers.</summary>
    public int CallsInFlight => pool.Connected().Sum(static connection => connection.Requests.Count);

    /// <summary>Looks once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled while a connection was made.</exception>
    /// <exception cref="MprpcConnectionException">The server cannot be reached.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public async Task<ProbeResult> LookAsync(CancellationToken cancellationToken)
    {
        ProbeResult result = await LookOnceAsync(cancellationToken).ConfigureAwait(false);

        // All were lost while they were asked, as those of a server that has been started anew: a call would get another connection, and so does this.
        return result is { Answered: 0, Leaving: 0 } && !pool.IsConnected
            ? await LookOnceAsync(cancellationToken).ConfigureAwait(false)
            : result;
    }

    /// <summary>Connects for the start of the application, again and again within the time that connecting may take; without bound if calls wait too.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="MprpcConnectionException">The server could not be reached.</exception>
    public async Task ConnectInTimeAsync(CancellationToken cancellationToken)
    {
        TimeSpan time = parts.Options is { WaitForReady: false, ConnectTimeout: { } timeout } ? timeout : Timeout.InfiniteTimeSpan;
        using var late = new CancellationTokenSource(time, parts.Clock);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);

        try
        {
            if (!pool.IsConnected)
            {
                await pool.ConnectAsync(waitForReady: true, ends.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new MprpcConnectionException(
                $"No connection was made within {time.TotalMilliseconds:N0} ms (MprpcClientOptions.ConnectTimeout): {pool.DescribeWait()}",
                requestWasSent: false,
                exception);
        }
    }

    private async Task<ProbeResult> LookOnceAsync(CancellationToken cancellationToken)
    {
        if (!pool.IsConnected)
        {
            if (pool.Backoff is { IsWaiting: true, Wait: var wait, LastFailure: var failure })
            {
                return new ProbeResult { NextAttempt = wait, Failure = failure };
            }

            await ConnectOnceAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        // One, and those that are called: a connection that is kept for the next burst alone is not to be kept by this.
        RpcConnection[] asked = [.. pool.Connected().Where(static (connection, i) => i == 0 || connection.Requests.Count > 0)];
        Exception?[] failures = new Exception?[asked.Length];
        bool[] areStaying = await Task.WhenAll(asked.Select((connection, i) => AskAsync(connection, i))).ConfigureAwait(false);

        return new ProbeResult
        {
            Asked = asked.Length,
            Answered = areStaying.Count(static isStaying => isStaying),
            Leaving = areStaying.Where((isStaying, i) => !isStaying && failures[i] is null).Count(),
            Failure = Array.Find(failures, static failure => failure is not null) ?? (pool.Backoff.IsWaiting ? pool.Backoff.LastFailure : null),
        };

        async Task<bool> AskAsync(RpcConnection connection, int i)
        {
            try
            {
                // A plain peer counts by its connection.
                return connection.Peer is not { Ping: true }
                    || await connection.PingAsync(parts.Options.HeartbeatTimeout, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                failures[i] = exception;
                return false;
            }
        }
    }

    /// <summary>One attempt for all who look meanwhile. It goes on for the calls that come where they give up.</summary>
    private Task ConnectOnceAsync()
    {
        lock (_gate)
        {
            if (_attempt.IsCompleted && !pool.IsConnected)
            {
                _attempt = Task.Run(() => pool.ConnectAsync(waitForReady: false, parts.Disposed));
                _ = IgnoreAsync(_attempt);
            }

            return pool.IsConnected ? Task.CompletedTask : _attempt;
        }
    }

    private static async Task IgnoreAsync(Task attempt) => await attempt.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
