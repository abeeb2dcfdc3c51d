using MessagePack;
using Mprpc.Client.Connections;
using Mprpc.Client.Diagnostics;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Client.Pooling;

/// <summary>
/// Sends notifications, in the order in which each thread brings them: those that find no connection, or one whose peer does not read, wait here, and those
/// that come after them as well.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class NotificationQueue(ClientParts parts, ConnectionPool pool)
{
    // What a peer that does not read may make a client keep, besides the mebibyte of its connection's output: as much as one message may have.
    private const long MaxWaitingBytes = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<WaitingNotification> _waiting = [];
    private int _count;
    private int _dropped;
    private long _bytes;
    private bool _isSending;
    private volatile bool _hasNotified;

    /// <summary>Whether there may be notifications on their way.</summary>
    public bool HasNotified
    {
        get => _hasNotified;
        set
        {
            // Compared first: a write would take the line from the threads that notify.
            if (_hasNotified != value)
            {
                _hasNotified = value;
            }
        }
    }

    /// <summary>Sends a notification if it can be sent at once; then it belongs to the connection.</summary>
    public bool TrySend(MprpcWriter message)
        => Volatile.Read(ref _count) == 0 && !pool.IsLimited
            && pool.TryGetForNotification() is { Output.IsCongested: false } connection && connection.TryNotify(message);

    /// <summary>The same with metadata.</summary>
    /// <exception cref="NotSupportedException">The server takes none.</exception>
    public bool TrySend(string method, MprpcWriter message, MprpcMetadata? metadata)
        => Volatile.Read(ref _count) == 0 && !pool.IsLimited
            && pool.TryGetForNotification() is { Output.IsCongested: false } connection && connection.TryNotify(method, message, metadata);

    /// <summary>Sends a notification as soon as it can be sent.</summary>
    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    /// <exception cref="TimeoutException">It was not sent in time.</exception>
    /// <exception cref="NotSupportedException">The call has metadata, and the server takes none.</exception>
    public async ValueTask SendAsync(string method, MprpcWriter message, MprpcCallOptions call)
    {
        call.CancellationToken.ThrowIfCancellationRequested();
        TimeSpan timeout = call.Timeout ?? parts.CallTimeout;
        using var deadline = new CallDeadline(parts.Clock, timeout, spentBefore: default, call.CancellationToken);
        WaitingNotification waiting = Add(method, message, call.Metadata, call.WaitForReady ?? parts.Options.WaitForReady, mayExceed: true)!;

        try
        {
            await waiting.Task.WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.Token.IsCancellationRequested && !waiting.TryTake())
        {
            await waiting.Task.ConfigureAwait(false);       // it is being sent
        }
        catch (OperationCanceledException exception) when (call.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The notification was cancelled before it was sent.", exception, call.CancellationToken);
        }
        catch (OperationCanceledException exception) when (deadline.Token.IsCancellationRequested)
        {
            string wait = pool.IsConnected ? $"{parts.Address} does not read." : pool.DescribeWait();
            throw new TimeoutException($"The notification was not sent within {timeout.TotalMilliseconds:N0} ms: {wait}", exception);
        }
    }

    /// <summary>Keeps a notification that nobody waits for until it can be sent.</summary>
    /// <returns>Completes when it is on its way, or where it is dropped.</returns>
    /// <exception cref="MprpcConnectionException">As much as may wait is waiting: the notification is dropped. Of several in a row the first says so; how many
    /// it were is logged.</exception>
    /// <exception cref="NotSupportedException">It has metadata, and the server takes none.</exception>
    public Task Enqueue(string method, MprpcWriter message, MprpcMetadata? metadata)
    {
        if (Add(method, message, metadata, parts.Options.WaitForReady, mayExceed: false) is { } waiting)
        {
            return waiting.Task;
        }

        return Interlocked.Increment(ref _dropped) > 1
            ? Task.CompletedTask
            : throw new MprpcConnectionException(
                $"{MaxWaitingBytes:N0} bytes of notifications already wait for {parts.Address}, which does not read or cannot be reached; this one is dropped. "
                + "Use and await NotifyAsync instead of a void method to wait for room.");
    }

    private WaitingNotification? Add(string method, MprpcWriter message, MprpcMetadata? metadata, bool waitsForReady, bool mayExceed)
    {
        var waiting = new WaitingNotification(method, message, metadata, Serving.Client == parts.Options, waitsForReady);

        lock (_gate)
        {
            if (!mayExceed && _bytes > 0 && _bytes + waiting.Length > MaxWaitingBytes)
            {
                return null;
            }

            _waiting.Enqueue(waiting);
            _count++;
            _bytes += waiting.Length;

            if (!_isSending)
            {
                _isSending = true;

                using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
                {
                    _ = SendAllAsync();     // owned: ends when nothing waits, or with the client, and cannot throw
                }
            }
        }

        return waiting;
    }

    private async Task SendAllAsync()
    {
        // Off the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        while (Peek() is { } first)
        {
            try
            {
                await SendAsync(first).ConfigureAwait(false);
                Remove();
                first.TrySetResult();
            }
            catch (Exception exception) when (exception is MessagePackSerializationException or NotSupportedException)
            {
                Remove();
                first.Fail(exception);      // too large, or with metadata that the server does not take: its own fault
            }
            catch (Exception exception)
            {
                FailAll(exception);
            }
        }
    }

    private async Task SendAsync(WaitingNotification waiting)
    {
        Subchannel? subchannel = null;

        try
        {
            while (true)
            {
                // The one that the others went over, as long as it holds.
                RpcConnection? connection = pool.IsLimited ? null : pool.TryGetForNotification();

                if (connection is null)
                {
                    Subchannel? lost = subchannel;
                    subchannel = null;
                    subchannel = await pool.AcquireAsync(waiting.IsServing, lost, parts.Disposed).ConfigureAwait(false);
                    connection = pool.IsLimited ? subchannel.Current : pool.TryGetForNotification();
                }

                // Again after each wait: all who waited go on at once, and one of them may have filled it again.
                while (connection?.Output.IsCongested == true)
                {
                    await connection.Output.WaitForRoomAsync().WaitAsync(parts.Disposed).ConfigureAwait(false);
                }

                if (connection is not null)
                {
                    // From here on nobody gives it up any more.
                    if (!waiting.TryTakeToSend())
                    {
                        return;
                    }

                    if (connection.TryNotify(waiting.Method, waiting.Message, waiting.Metadata))
                    {
                        return;
                    }

                    pool.Drop(connection);
                }
            }
        }
        finally
        {
            if (subchannel is not null)
            {
                pool.Release(subchannel);
            }
        }
    }

    /// <summary>The one that is next; null when none waits any more.</summary>
    private WaitingNotification? Peek()
    {
        lock (_gate)
        {
            if (_waiting.TryPeek(out WaitingNotification? first))
            {
                return first;
            }

            _isSending = false;
        }

        if (Interlocked.Exchange(ref _dropped, 0) is var dropped and > 0)
        {
            ClientLog.NotificationsDropped(parts.Logger, dropped, parts.Address);
        }

        return null;
    }

    private void Remove()
    {
        lock (_gate)
        {
            _bytes -= _waiting.Dequeue().Length;
            _count--;
        }
    }

    /// <summary>Fails those that wait; where another attempt may reach the server, those that wait for that stay.</summary>
    private void FailAll(Exception exception)
    {
        bool mayReach = exception is MprpcConnectionException { IsLasting: false } && !parts.Disposed.IsCancellationRequested;
        WaitingNotification[] all;

        lock (_gate)
        {
            all = [.. _waiting];
            _waiting.Clear();
            _count = 0;
            _bytes = 0;

            foreach (WaitingNotification waiting in all)
            {
                if (mayReach && waiting.WaitsForReady)
                {
                    _waiting.Enqueue(waiting);
                    _count++;
                    _bytes += waiting.Length;
                }
            }
        }

        foreach (WaitingNotification waiting in all)
        {
            if (mayReach && waiting.WaitsForReady)
            {
                continue;
            }

            waiting.Fail(
                parts.Disposed.IsCancellationRequested ? ClientParts.DisposedException()
                    : exception is MprpcConnectionException lost
                        ? new MprpcConnectionException(lost.Message, lost.RequestWasSent, lost.InnerException) { IsLasting = lost.IsLasting }
                    : exception);
        }
    }
}
