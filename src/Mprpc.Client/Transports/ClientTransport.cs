using System.IO.Pipelines;
using System.Net;

namespace Mprpc.Client.Transports;

/// <summary>The bytes of a connection in both directions.</summary>
/// <param name="Input">What the peer sends.</param>
/// <param name="Output">What is sent to it.</param>
/// <param name="Abort">Closes both at once: pending reads and writes fail. May be called more than once.</param>
internal sealed record ClientTransport(PipeReader Input, PipeWriter Output, Action Abort) : IDuplexPipe
{
    /// <summary>
    /// Closes both so that the peer sees that nobody waits for its answers any more, if the transport can tell; what is on its way may be lost. May be called
    /// more than once.
    /// </summary>
    public Action Reset { get; init; } = Abort;

    /// <summary>Whether all that was sent has arrived at the peer's system, as far as the transport knows.</summary>
    public Func<bool> HasArrived { get; init; } = static () => true;

    public EndPoint? LocalEndPoint { get; init; }

    public EndPoint? RemoteEndPoint { get; init; }
}
