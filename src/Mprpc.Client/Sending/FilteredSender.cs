using Mprpc.Client.Connections;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Client.Sending;

/// <summary>Sends the calls and notifications of a client that has filters: through them to the sender that it would have without. Safe for
/// concurrent use.</summary>
internal sealed class FilteredSender : CallSender
{
    private readonly NotificationQueue _notifications;
    private readonly IReadOnlyList<IMprpcClientFilter> _filters;
    private readonly MprpcClientFilterDelegate _chain;

    /// <param name="parts">What the client's parts share.</param>
    /// <param name="pool">Has the connections.</param>
    /// <param name="sender">Sends each attempt of a call.</param>
    /// <param name="notifications">Sends the notifications.</param>
    /// <param name="filters">The filters, outermost first.</param>
    public FilteredSender(
        ClientParts parts, ConnectionPool pool, CallSender sender, NotificationQueue notifications, IReadOnlyList<IMprpcClientFilter> filters)
        : base(parts, pool, notifications)
    {
        Sender = sender;
        _notifications = notifications;
        _filters = filters;
        _chain = static call => ((FilteredCall)call).SendAsync();

        foreach (IMprpcClientFilter filter in filters.Reverse())
        {
            _chain = Prepend(filter, _chain);
        }
    }

    /// <summary>Sends each attempt of a call.</summary>
    public CallSender Sender { get; }

    public TimeProvider Clock => Parts.Clock;

    public MprpcSerializerOptions Serializer => Parts.Serializer;

    public override async ValueTask<T> SendWhenReadyAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
    {
        var filtered = new FilteredCall<T>(this, method, request, call);

        try
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            await _chain(filtered).ConfigureAwait(false);
            return filtered.TakeResult();
        }
        finally
        {
            filtered.End();
        }
    }

    public override ValueTask NotifyAsync(string method, MprpcWriter notification, MprpcCallOptions call)
        => NotifyAsync(new FilteredNotification(this, method, notification, call, isAwaited: true));

    public override void Notify(string method, MprpcWriter notification) => Notify(method, notification, call: default);

    /// <summary>Sends a notification that has passed the filters.</summary>
    public ValueTask NotifyFilteredAsync(string method, MprpcWriter notification, MprpcCallOptions call, bool isAwaited)
        => isAwaited ? base.NotifyAsync(method, notification, call) : EnqueueAsync(method, notification, call.Metadata);

    internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions call)
    {
        SentMessage.Check(Parts.Limits, method, notification);
        _ = NotifyAndLogAsync(method, notification, call);
    }

    internal override MprpcCallInvoker WithFilters(IReadOnlyList<IMprpcClientFilter> filters)
        => new FilteredSender(Parts, Pool, Sender, _notifications, [.. _filters, .. filters]);

    // Each call passes the filters first.
    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken) => null;

    private static MprpcClientFilterDelegate Prepend(IMprpcClientFilter filter, MprpcClientFilterDelegate next) => call => filter.InvokeAsync(call, next);

    private async Task NotifyAndLogAsync(string method, MprpcWriter notification, MprpcCallOptions call)
    {
        try
        {
            await NotifyAsync(new FilteredNotification(this, method, notification, call, isAwaited: false)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ClientLog.NotificationNotSent(Parts.Logger, method, exception);
        }
    }

    private async ValueTask NotifyAsync(FilteredNotification notification)
    {
        try
        {
            await _chain(notification).ConfigureAwait(false);
        }
        finally
        {
            notification.End();
        }
    }
}
