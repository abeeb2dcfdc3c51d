using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Client.Sending;

/// <summary>Calls that cannot be sent at once: each waits for a connection, for a place on one, or until its server reads. Safe for concurrent use.</summary>
internal sealed class WaitingCalls(ClientParts parts, ConnectionPool pool)
{
    /// <inheritdoc cref="CallSender.SendWhenReadyAsync{T}"/>
    public ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
        => pool.IsFull ? SendInTurn<T>(method, request, call, spent) : SendWhenConnectedAsync<T>(method, request, call, spent);

    private ValueTask<T> SendInTurn<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
    {
        PendingCall<T> pending = PendingCall<T>.Rent(method, call.Timeout ?? parts.CallTimeout);
        pending.SpentBefore = spent;
        pending.Told = call.Told;
        pending.WaitsForPlace = true;
        ValueTask<T> result = pending.Task;

        if (pool.TryWait(new WaitingCall(pending, request, call.WaitForReady ?? parts.Options.WaitForReady, call.CancellationToken)))
        {
            return result;
        }

        MprpcWriter.Return(request);
        return ValueTask.FromException<T>(ClientParts.DisposedException());
    }

    private async ValueTask<T> SendWhenConnectedAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
    {
        CancellationToken cancellationToken = call.CancellationToken;
        cancellationToken.ThrowIfCancellationRequested();
        bool waitsForReady = call.WaitForReady ?? parts.Options.WaitForReady;
        using var deadline = new CallDeadline(parts.Clock, call.Timeout ?? parts.CallTimeout, spent, cancellationToken);
        Subchannel? subchannel = null;
        MprpcConnectionException? failure = null;

        try
        {
            while (true)
            {
                Subchannel? lost = subchannel;
                subchannel = null;

                try
                {
                    subchannel = await pool.AcquireAsync(isServing: Serving.Client == parts.Options, lost, deadline.Token).ConfigureAwait(false);
                    failure = null;
                }
                catch (MprpcConnectionException exception) when (waitsForReady && !exception.IsLasting)
                {
                    failure = exception;
                    continue;       // the next attempt waits for its back-off
                }

                if (subchannel.Current is { } connection)
                {
                    // Again after each wait: all that waited go on at once, and one of them may have filled it again.
                    while (connection.Output.IsCongested)
                    {
                        await connection.Output.WaitForRoomAsync().WaitAsync(deadline.Token).ConfigureAwait(false);
                    }

                    PendingCall<T> pending = PendingCall<T>.Rent(method, deadline.Left);
                    pending.SpentBefore = deadline.Spent;
                    pending.Told = call.Told;
                    pending.WaitsForPlace = true;
                    ValueTask<T> result = pending.Task;

                    // False: the connection was lost or retired just now, and nothing was sent. The next one gets it.
                    if (subchannel.TryCall(connection, pending, request, cancellationToken))
                    {
                        if (!pool.IsLimited)
                        {
                            pool.Release(subchannel);
                            subchannel = null;
                        }

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
            parts.ThrowIfDisposed();
            throw deadline.NotSent(method, pool.DescribeWait(), failure, exception);
        }
        finally
        {
            if (subchannel is not null)
            {
                pool.Release(subchannel);
            }
        }
    }
}
