namespace Mprpc;

/// <summary>A connection could not be made, or was lost before the answer came.</summary>
/// <param name="message">What happened, to which peer.</param>
/// <param name="requestWasSent">Whether the request may have reached the peer.</param>
/// <param name="innerException">The cause, or null where the peer closed the connection in good order.</param>
public sealed class MprpcConnectionException(string message, bool requestWasSent = false, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>
    /// True where the request may have reached the peer, so that the method may have run: repeat the call only if that does no harm. False where it was never
    /// sent.
    /// </summary>
    public bool RequestWasSent { get; } = requestWasSent;

    /// <summary>Whether a connection had taken the call, and ended before it was run: another may take it.</summary>
    internal bool WasTaken { get; init; }

    /// <summary>Whether another attempt to connect would fail likewise: a call that waits for the server need not wait.</summary>
    internal bool IsLasting { get; init; }
}
