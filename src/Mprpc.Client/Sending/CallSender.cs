using Mprpc.Client.Connections;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Client.Sending;

/// <summary>
/// Sends a client's calls and notifications: those that its proxies write, and those that name their method. Which one a client has is chosen when it is
/// created, so that no call asks how the client was set up.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal abstract class CallSender(ClientParts parts, ConnectionPool pool, NotificationQueue notifications) : MprpcCallInvoker(parts.CallTimeout)
{
    internal override StreamLimits StreamLimits => parts.Limits.Streams;

    /// <summary>Whether there may be notifications on their way.</summary>
    public bool HasNotified => notifications.HasNotified;

    protected ClientParts Parts => parts;

    protected ConnectionPool Pool => pool;

    /// <summary>Writes the method and the arguments of a call or a notification.</summary>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public MprpcWriter Write(string method, ReadOnlySpan<object?> arguments)
    {
        parts.ThrowIfDisposed();
        return RequestWriter.Begin(parts.Serializer, parts.Limits.SendLimit, method, arguments);
    }

    public override MprpcWriter BeginCall() => MprpcWriter.Rent(parts.Serializer, RequestWriter.FrontRoom, parts.Limits.SendLimit);

    /// <inheritdoc/>
    internal sealed override ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions call)
    {
        UseExtensions(call.UsedExtensions);
        return !call.Idempotent && TryGetConnection(call.CancellationToken) is { } connection
            && connection.TryCall(method, request, call.Timeout ?? parts.CallTimeout, call.Told, call.CancellationToken, out ValueTask<T> result)
            ? result
            : SendWhenReadyAsync<T>(method, request, call, spent: default);
    }

    /// <summary>Sends a request when there is a place for it.</summary>
    /// <param name="method">The method's wire name, for errors.</param>
    /// <param name="request">The method and the arguments.</param>
    /// <param name="call">The call's own options.</param>
    /// <param name="spent">How much of the time that the caller gave it had gone before.</param>
    public abstract ValueTask<T> SendWhenReadyAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent);

    /// <summary>Notes what the application uses of the extensions: from then on connections ask for them, if they do not always.</summary>
    public void UseExtensions(MprpcMetadata? metadata)
    {
        // Each caller that comes before it is done does the same: none may go on with a connection that has not asked.
        if (metadata is not null && parts.Negotiation.TryUse())
        {
            RetirePlain();
            parts.Negotiation.Settle();
        }
    }

    /// <summary>Sends a notification whose method and arguments are written.</summary>
    /// <returns>Completes when it is on its way.</returns>
    /// <exception cref="NotSupportedException">The options have metadata, and the server takes none.</exception>
    public virtual ValueTask NotifyAsync(string method, MprpcWriter notification, MprpcCallOptions call)
        => TryNotify(method, notification, call.Metadata)
            ? ValueTask.CompletedTask
            : notifications.SendAsync(method, notification, call);

    // What is wrong with the arguments is thrown here. A void method cannot wait for the rest.
    public override void Notify(string method, MprpcWriter notification)
    {
        SentMessage.Check(parts.Limits, method, notification);
        _ = NotifySoonAsync(method, notification, metadata: null);
    }

    internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions call)
    {
        SentMessage.Check(parts.Limits, method, notification);

        // Thrown here as well: that the server is known to take no metadata.
        if (call.Metadata is null || !TryNotify(method, notification, call.Metadata))
        {
            _ = NotifySoonAsync(method, notification, call.Metadata);
        }
    }

    internal override MprpcCallInvoker WithFilters(IReadOnlyList<IMprpcClientFilter> filters) => new FilteredSender(parts, pool, this, notifications, filters);

    internal sealed override ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => SendWhenReadyAsync<T>(method, request, cancellationToken, spent: default);

    /// <summary>Takes no more calls over connections that have not asked for the extensions: those that take their places do.</summary>
    private void RetirePlain()
    {
        foreach (Subchannel subchannel in pool.Subchannels)
        {
            subchannel.TryRetirePlain();
        }
    }

    /// <summary>A request to send again: its own buffer belongs to the connection once it is sent.</summary>
    protected MprpcWriter Copy(MprpcWriter request)
    {
        MprpcWriter copy = MprpcWriter.Rent(parts.Serializer, RequestWriter.FrontRoom);
        copy.WriteEncoded(request.WrittenSpan);
        copy.Levels = request.Levels;
        return copy;
    }

    /// <summary>Sends a notification for which nobody makes room.</summary>
    protected ValueTask EnqueueAsync(string method, MprpcWriter notification, MprpcMetadata? metadata)
        => TryNotify(method, notification, metadata)
            ? ValueTask.CompletedTask
            : new ValueTask(notifications.Enqueue(method, notification, metadata));

    private async Task NotifySoonAsync(string method, MprpcWriter notification, MprpcMetadata? metadata)
    {
        try
        {
            await EnqueueAsync(method, notification, metadata).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ClientLog.NotificationNotSent(parts.Logger, method, exception);
        }
    }

    private bool TryNotify(string method, MprpcWriter notification, MprpcMetadata? metadata)
    {
        notifications.HasNotified = true;
        parts.ThrowIfDisposed();

        if (metadata is null)
        {
            return notifications.TrySend(notification);
        }

        if (parts.Options.Extensions == MprpcExtensions.Never && metadata is { Size: > 0, IsOptional: false })
        {
            MprpcWriter.Return(notification);
            throw new NotSupportedException(
                $"The notification of '{method}' has {metadata.Size:N0} bytes of metadata ({metadata}), and with MprpcClientOptions.Extensions = Never "
                + "no server takes any. Nothing was sent.");
        }

        UseExtensions(metadata);
        return notifications.TrySend(method, notification, metadata);
    }
}
