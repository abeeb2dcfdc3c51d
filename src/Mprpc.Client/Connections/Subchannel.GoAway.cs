using Mprpc.Client.Diagnostics;

namespace Mprpc.Client.Connections;

/// <content>A server that asks for calls to be made elsewhere (docs/protocol.md 10.10).</content>
internal sealed partial class Subchannel
{
    // A server that stops is not back at once.
    private static readonly TimeSpan s_shortestDetour = TimeSpan.FromSeconds(1);

    // A server that stops tells a new connection with the answer to its hello.
    private static readonly TimeSpan s_new = TimeSpan.FromMilliseconds(250);

    private long _wentAwayAt;       // under the lock

    /// <summary>The server takes no further calls over this connection after a while: they go elsewhere, and it is closed after its last answer.</summary>
    private void OnGoAway(OpenConnection made, TimeSpan grace)
    {
        ClientLog.ServerGoesAway(parts.Logger, made.Connection.Id, grace);
        bool hasOthers = parts.Dialer.TryAvoid(made.Transport, grace > s_shortestDetour ? grace : s_shortestDetour);

        if (hasOthers || grace == TimeSpan.Zero || MayBeAnother(made, grace))
        {
            Leave(made);
        }
        else
        {
            _ = LeaveLaterAsync(made, grace);
        }
    }

    /// <summary>A balancer needs some time to learn that a server stops: until then it is asked for another again and again.</summary>
    private async Task LeaveLaterAsync(OpenConnection made, TimeSpan grace)
    {
        TimeSpan later = s_shortestDetour * (0.5 + Random.Shared.NextDouble());     // not all clients at once

        if (later < grace)
        {
            await Task.Delay(later, parts.Clock, parts.Disposed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Leave(made);
        }
    }

    private void Leave(OpenConnection made)
    {
        lock (_gate)
        {
            // One that takes no calls yet: its time comes when it does.
            if (_currentOpen != made)
            {
                made.IsToBeLeft = true;
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
    /// Whether the next connection to the same address may be to another server, as behind a balancer. If this one was told so as soon as it was made, only
    /// once a grace: it probably is to the server that has told it before, which serves all calls as long as it can. One that has taken calls for a while
    /// is not.
    /// </summary>
    private bool MayBeAnother(OpenConnection made, TimeSpan grace)
    {
        lock (_gate)
        {
            long now = parts.Clock.GetTimestamp();
            bool isNew = made.TakesCallsSince == 0 || parts.Clock.GetElapsedTime(made.TakesCallsSince, now) < s_new;

            if (isNew && _wentAwayAt != 0 && parts.Clock.GetElapsedTime(_wentAwayAt, now) < grace)
            {
                return false;
            }

            _wentAwayAt = now;
            return true;
        }
    }
}
