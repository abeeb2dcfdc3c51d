using Microsoft.Extensions.Logging;
using Mprpc.Client.Diagnostics;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Client.Connections;

/// <summary>Logs the client's connections in (docs/protocol.md 10.2). Safe for concurrent use.</summary>
internal sealed class ClientLogin(MprpcClientOptions options, string address)
{
    private const string Hidden = "***";

    // A token is renewed this long before its end, or after half its time where it is shorter.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);       // what a timer can be set to is 49

    private readonly ILogger _logger = options.LoggerFactory.CreateLogger("Mprpc.Client");

    /// <summary>Logs a connection in; a token that is refused is replaced once. Then keeps it logged in until it is closed.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="start">When the attempt to connect has begun: the login has what is left of its time.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="MprpcConnectionException">There is no token in time, or the server refuses it.</exception>
    public async Task LoginAsync(RpcConnection connection, long start, CancellationToken cancellationToken)
    {
        MprpcToken token;
        using CallDeadline deadline = Deadline(options.TimeProvider.GetElapsedTime(start), cancellationToken);

        try
        {
            token = await SendAsync(connection, wasRefused: false, deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (MprpcConnectionException exception) when (exception.InnerException is MprpcRemoteException { Code: ErrorCode.Unauthenticated })
        {
            token = await SendAsync(connection, wasRefused: true, deadline, cancellationToken).ConfigureAwait(false);
        }

        if (token.ExpiresAt is not null)
        {
            _ = RenewBeforeExpiryAsync(connection, token);      // owned: ends with the connection, and logs its own failure
        }
    }

    /// <summary>Logs a connection in with a new token, because a call was refused.</summary>
    /// <exception cref="MprpcConnectionException">There is no token, or the server refuses it.</exception>
    public async Task<MprpcToken> RenewAsync(RpcConnection connection, CancellationToken cancellationToken)
    {
        using CallDeadline deadline = Deadline(elapsed: TimeSpan.Zero, cancellationToken);
        return await SendAsync(connection, wasRefused: true, deadline, cancellationToken).ConfigureAwait(false);
    }

    // docs/protocol.md 10.2: [0, msgid, "$/authenticate", [scheme, token]]
    private async Task<MprpcToken> SendAsync(RpcConnection connection, bool wasRefused, CallDeadline deadline, CancellationToken cancellationToken)
    {
        MprpcToken token = await AskAsync(wasRefused, deadline, cancellationToken).ConfigureAwait(false);
        var call = new MprpcCallOptions { Timeout = deadline.Left, CancellationToken = cancellationToken };

        try
        {
            await connection.CallAsync<MprpcRaw>(AuthenticateMethod.Name, call, token.Scheme, token.Value).ConfigureAwait(false);
            return token;
        }
        catch (MprpcRemoteException exception)
        {
            MprpcRemoteException safe = WithoutToken(exception, token);
            throw new MprpcConnectionException(
                $"Cannot log in to {address} with scheme '{token.Scheme}': {safe.Message} "
                + "Does the server know the scheme, and is the token of MprpcClientOptions.TokenProvider valid?",
                requestWasSent: false,
                safe)
            {
                // Another token may do, or a server that has room again; not the same token once more.
                IsLasting = safe.Code is not (ErrorCode.Busy or ErrorCode.RateLimited or ErrorCode.Timeout),
            };
        }
        catch (Exception exception) when (exception is TimeoutException or MprpcConnectionException)
        {
            throw new MprpcConnectionException(
                $"Cannot log in to {address} with scheme '{token.Scheme}': {exception.Message}", requestWasSent: false, exception);
        }
    }

    private CallDeadline Deadline(TimeSpan elapsed, CancellationToken cancellationToken)
    {
        TimeSpan timeout = options.ConnectTimeout is not { } time ? Timeout.InfiniteTimeSpan : time > elapsed ? time - elapsed : TimeSpan.FromTicks(1);
        return new CallDeadline(options.TimeProvider, timeout, spentBefore: default, cancellationToken);
    }

    /// <summary>Asks the application for a token: off this thread, and no longer than there is time, whatever the provider does.</summary>
    private async Task<MprpcToken> AskAsync(bool wasRefused, CallDeadline deadline, CancellationToken cancellationToken)
    {
        // Of its own, and not disposed: what the provider has registered may throw, or hold its thread, when all else is to be cancelled.
        var providers = new CancellationTokenSource();
        using CancellationTokenRegistration registration = deadline.Token.UnsafeRegister(_ => _ = CancelAsync(providers), null);
        var context = new MprpcTokenContext(address, wasRefused);
        Task<MprpcToken> asking = Task.Run(() => options.TokenProvider!(context, providers.Token).AsTask(), CancellationToken.None);

        try
        {
            return await asking.WaitAsync(deadline.Token).ConfigureAwait(false) ?? throw new InvalidOperationException("It returned null.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            string problem = exception is OperationCanceledException && deadline.Token.IsCancellationRequested
                ? $"within the {options.ConnectTimeout!.Value.TotalMilliseconds:N0} ms that connecting may take. "
                    + "Raise MprpcClientOptions.ConnectTimeout if it is only slow."
                : $"for {address}: {exception.Message}";
            throw new MprpcConnectionException($"MprpcClientOptions.TokenProvider gave no token {problem}", requestWasSent: false, exception);
        }
        finally
        {
            // A provider that goes on after that: nobody looks at how it ends.
            _ = asking.ContinueWith(
                static task => _ = task.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private async Task CancelAsync(CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ClientLog.TokenProviderThrew(_logger, exception);
        }
    }

    /// <summary>A server that repeats the token must not bring it into the caller's log.</summary>
    private static MprpcRemoteException WithoutToken(MprpcRemoteException exception, MprpcToken token)
        => new(exception.Method, Hide(exception.RawMessage, token), exception.Code is null ? null : Hide(exception.Code, token), errorData: null);

    private static string Hide(string text, MprpcToken token) => token.Value.Length == 0 ? text : text.Replace(token.Value, Hidden, StringComparison.Ordinal);

    private async Task RenewBeforeExpiryAsync(RpcConnection connection, MprpcToken token)
    {
        while (token.ExpiresAt is { } expiry)
        {
            await Task.Delay(WaitBefore(expiry), options.TimeProvider, connection.Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            if (connection.Closed.IsCancellationRequested)
            {
                return;
            }

            try
            {
                token = await RenewAsync(connection, connection.Closed).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is MprpcConnectionException or OperationCanceledException)
            {
                if (!connection.Closed.IsCancellationRequested)
                {
                    ClientLog.LoginNotRenewed(_logger, connection.Id, exception);
                }
            }
        }
    }

    private TimeSpan WaitBefore(DateTimeOffset expiry)
    {
        TimeSpan left = expiry - options.TimeProvider.GetUtcNow();
        TimeSpan wait = left > Margin * 2 ? left - Margin : left / 2;
        return wait < ShortestWait ? ShortestWait : wait > LongestWait ? LongestWait : wait;
    }
}
