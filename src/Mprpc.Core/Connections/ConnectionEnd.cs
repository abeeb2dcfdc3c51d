using Microsoft.Extensions.Logging;
using Mprpc.Diagnostics;

namespace Mprpc.Connections;

/// <summary>Logs why a connection has ended.</summary>
internal static class ConnectionEnd
{
    /// <param name="logger">Where to.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="reason">Why; null: one of the two sides closed it in good order.</param>
    /// <param name="limitHit">The limit that the peer broke, if it broke one.</param>
    /// <param name="hits">Counts those; null: nobody counts, and all is logged.</param>
    public static void Log(ILogger logger, string connectionId, Exception? reason, ConnectionLimit? limitHit, LimitHits? hits)
    {
        switch (reason)
        {
            case null:
                ProtocolLog.ConnectionEnded(logger, connectionId);
                break;
            case MprpcProtocolException:
                if (hits?.Add(limitHit ?? ConnectionLimit.MessageShape) ?? true)
                {
                    ProtocolLog.ProtocolViolation(logger, connectionId, reason.Message);
                }

                break;
            default:
                ProtocolLog.ConnectionLost(logger, connectionId, reason.Message);
                break;
        }
    }
}
