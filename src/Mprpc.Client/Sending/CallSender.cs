using Mprpc.Client.Connections;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Client.Sending;

/// <summary>
/// Sends a client's calls and notifications: those that its proxies write, and those that name their method. Which one a client has is chosen when it is
/// created, so that no call asks how the client was set up.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal abstract class CallSender(ClientParts parts, ConnectionPool pool, NotificationQueue notifications) : MprpcCallInvoker(parts.CallTimeout)
{
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

    public override MprpcWriter BeginCall() => MprpcWriter.Rent(parts.Serializer, RequestWriter.HeadRoom, parts.Limits.SendLimit);

    /// <inheritdoc/>
    internal sealed override ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions call)
    {
        UseExtensions(call);
        return TryGetConnection(call.CancellationToken) is { } connection
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
    public void UseExtensions(in MprpcCallOptions call)
    {
        if (call.Metadata is not null && parts.Negotiation.TryUse())
        {
            RetirePlain();
        }
    }

    /// <summary>Sends a notification whose method and arguments are written.</summary>
    /// <returns>Completes when it is on its way.</returns>
    /// <exception cref="NotSupportedException">The options have metadata: notifications have none.</exception>
    public virtual ValueTask NotifyAsync(string method, MprpcWriter notification, MprpcCallOptions call)
        => call.Metadata is null
            ? TryNotify(notification) ? ValueTask.CompletedTask : notifications.SendAsync(notification, call)
            : throw NoMetadata(notification);

    // What is wrong with the arguments is thrown here. A void method cannot wait for the rest.
    public override void Notify(string method, MprpcWriter notification)
    {
        SentMessage.Check(parts.Limits, method, notification);
        _ = NotifySoonAsync(method, notification);
    }

    internal override MprpcCallInvoker WithFilters(IReadOnlyList<IMprpcClientFilter> filters) => new FilteredSender(parts, pool, this, notifications, filters);

    internal sealed override ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => SendWhenReadyAsync<T>(method, request, cancellationToken, spent: default);

    /// <summary>Takes no more calls over connections that have not asked for the extensions: those that take their places do.</summary>
    private void RetirePlain()
    {
        foreach (Subchannel subchannel in pool.Subchannels)
        {
            if (subchannel.Current is { Peer: null })
            {
                subchannel.TryRetire();
            }
        }
    }

    private static NotSupportedException NoMetadata(MprpcWriter notification)
    {
        MprpcWriter.Return(notification);
        return new NotSupportedException("A notification cannot have metadata. Call the method, or send what it needs as arguments.");
    }

    /// <summary>Sends a notification for which nobody makes room.</summary>
    protected ValueTask EnqueueAsync(MprpcWriter notification)
        => TryNotify(notification) ? ValueTask.CompletedTask : new ValueTask(notifications.Enqueue(notification));

    private async Task NotifySoonAsync(string method, MprpcWriter notification)
    {
        try
        {
            await EnqueueAsync(notification).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ClientLog.NotificationNotSent(parts.Logger, method, exception);
        }
    }

    private bool TryNotify(MprpcWriter notification)
    {
        notifications.HasNotified = true;
        parts.ThrowIfDisposed();
        return notifications.TrySend(notification);
    }
}
