using Mprpc.Client.Diagnostics;

namespace Mprpc.Client.Connections;

/// <content>A server that asks for calls to be made elsewhere (docs/protocol.md 10.10).</content>
internal sealed partial class Subchannel
{
    // A server that stops is not back at once.
    private static readonly TimeSpan s_shortestDetour = TimeSpan.FromSeconds(1);

    private long _wentAwayAt;       // under the lock

    /// <summary>The server takes no further calls over this connection after a while: they go elsewhere, and it is closed after its last answer.</summary>
    private void OnGoAway(OpenConnection made, TimeSpan grace)
    {
        ClientLog.ServerGoesAway(parts.Logger, made.Connection.Id, grace);
        bool hasOthers = parts.Dialer.TryAvoid(made.Transport, grace > s_shortestDetour ? grace : s_shortestDetour);

        if (!(hasOthers || grace == TimeSpan.Zero || MayBeAnother(grace)))
        {
            return;
        }

        lock (_gate)
        {
            // One that takes no calls yet: its time comes when it does.
            if (_currentOpen != made)
            {
                made.GoesAwayIn = grace;
                return;
            }
        }

        if (!Retire(made.Connection))
        {
            return;
        }

        pool.OnChanged();
        ThreadPool.UnsafeQueueUserWorkItem(static parts => parts.OnStateChanged(), parts, preferLocal: false);      // user code
    }

    /// <summary>
    /// Whether the next connection to the same address may be to another server, as behind a balancer: once a grace, since it may be to the same, which
    /// serves all calls as long as it can.
    /// </summary>
    private bool MayBeAnother(TimeSpan grace)
    {
        lock (_gate)
        {
            long now = parts.Clock.GetTimestamp();

            if (_wentAwayAt != 0 && parts.Clock.GetElapsedTime(_wentAwayAt, now) < grace)
            {
                return false;
            }

            _wentAwayAt = now;
            return true;
        }
    }
}
