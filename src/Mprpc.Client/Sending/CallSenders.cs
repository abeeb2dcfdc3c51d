using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;

namespace Mprpc.Client.Sending;

/// <summary>Which sender a client has.</summary>
internal static class CallSenders
{
    /// <summary>The sender for a client's options.</summary>
    public static CallSender Create(ClientParts parts, ConnectionPool pool)
    {
        var notifications = new NotificationQueue(parts, pool);
        var waiting = new WaitingCalls(parts, pool);
        CallSender sender = pool.IsLimited ? new LimitedSender(parts, pool, waiting, notifications) : new DirectSender(parts, pool, waiting, notifications);

        sender = new RepeatingSender(parts, pool, sender, notifications);

        if (parts.Login is { } login)
        {
            sender = new LoginSender(parts, login, pool, sender, notifications);
        }

        if (parts.Filters.Count > 0)
        {
            sender = new FilteredSender(parts, pool, sender, notifications, parts.Filters);
        }

        return new ObservedSender(parts, pool, sender, notifications);
    }
}
