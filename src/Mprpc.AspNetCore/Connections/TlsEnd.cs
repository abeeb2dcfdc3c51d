using System.Diagnostics;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;

namespace Mprpc.AspNetCore.Connections;

/// <summary>
/// Ends what is sent over TLS with the alert close_notify (RFC 8446, 6.1), by which the peer tells an end from a connection that was cut. Kestrel sends none.
/// </summary>
internal static class TlsEnd
{
    // All before it has been sent: only a peer that reads nothing any more takes longer.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    public static async Task SendAsync(ConnectionContext transport, SslStream tls, TimeProvider clock)
    {
        Task sending;

        try
        {
            sending = tls.ShutdownAsync();
        }
        catch (Exception exception)
        {
            // The connection was lost, or aborted.
            Debug.Assert(exception is not NullReferenceException, "A shutdown fails only because of the connection.");
            return;
        }

        Task inTime = sending.WaitAsync(Timeout, clock);
        await inTime.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (!sending.IsCompleted)
        {
            transport.Abort(new ConnectionAbortedException("The peer did not read the end of its TLS connection."));
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
