using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Client.Sending;

/// <summary>Sends the calls of a client that logs in: one that is refused as unauthenticated is sent again after a new login, once.</summary>
/// <param name="parts">What the client's parts share.</param>
/// <param name="login">Logs a connection in.</param>
/// <param name="pool">Has the connections.</param>
/// <param name="sender">Sends each attempt.</param>
/// <param name="notifications">Sends the notifications.</param>
internal sealed class LoginSender(ClientParts parts, ClientLogin login, ConnectionPool pool, CallSender sender, NotificationQueue notifications)
    : CallSender(parts, pool, notifications)
{
    private readonly Lock _gate = new();
    private Task<bool>? _renewing;
    private int _generation;

    // docs/protocol.md 10.3: a call that is answered so has not run, and may be repeated.
    public override async ValueTask<T> SendWhenReadyAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
    {
        var time = new CallTime(Parts.Clock, call.Timeout ?? Parts.CallTimeout);
        int seen = Volatile.Read(ref _generation);

        MprpcWriter again = Copy(request);

        try
        {
            T result = await sender.SendAsync<T>(method, request, call).ConfigureAwait(false);
            MprpcWriter.Return(again);
            return result;
        }
        catch (MprpcRemoteException exception) when (exception.Code == ErrorCode.Unauthenticated && !HasOwnCredential(call))
        {
            if (!await WaitForRenewalAsync(RenewAsync(seen), method, call, time).ConfigureAwait(false))
            {
                throw;
            }
        }

        return await sender.SendWhenReadyAsync<T>(method, again, call with { Timeout = time.Left }, time.Spent).ConfigureAwait(false);
    }

    /// <summary>Whether what was refused may be the call's own credential, which no login of the connection mends.</summary>
    private static bool HasOwnCredential(in MprpcCallOptions call) => call.Metadata?.ContainsKey(CredentialKey.Name) == true;

    // A copy of each request is kept, until it is known that it was let in.
    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken) => null;

    /// <exception cref="TimeoutException">There is no new login within the call's time.</exception>
    private async Task<bool> WaitForRenewalAsync(Task<bool> renewing, string method, MprpcCallOptions call, CallTime time)
    {
        try
        {
            return await renewing.WaitAsync(time.Left, Parts.Clock, call.CancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException(
                $"The call of '{method}' was refused as unauthenticated, and no new login was made within its time. "
                + "Is MprpcClientOptions.TokenProvider slow? Raise the call's timeout.",
                exception);
        }
        catch (OperationCanceledException exception) when (call.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException($"The call of '{method}' was cancelled while it waited for a new login.", exception, call.CancellationToken);
        }
    }

    /// <summary>Logs all connections in again, once for all calls that were refused meanwhile.</summary>
    /// <param name="seen">The generation of the login that the call was refused with.</param>
    /// <returns>Whether a new login has been accepted.</returns>
    private Task<bool> RenewAsync(int seen)
    {
        lock (_gate)
        {
            if (_generation != seen)
            {
                return Task.FromResult(true);
            }

            return _renewing ??= RenewAllAsync();
        }
    }

    private async Task<bool> RenewAllAsync()
    {
        // Off the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool isAccepted = false;

        try
        {
            foreach (RpcConnection connection in Pool.Connected())
            {
                await login.RenewAsync(connection, Parts.Disposed).ConfigureAwait(false);
            }

            isAccepted = true;
        }
        catch (Exception exception) when (exception is MprpcConnectionException or OperationCanceledException)
        {
            // The caller is told what the server has said to its call.
        }

        lock (_gate)
        {
            _renewing = null;
            _generation += isAccepted ? 1 : 0;
        }

        return isAccepted;
    }
}
