using System.IO.Pipelines;
using System.Net;

namespace Mprpc.Client.Transports;

/// <summary>The bytes of a connection in both directions.</summary>
/// <param name="Input">What the peer sends.</param>
/// <param name="Output">What is sent to it.</param>
/// <param name="Abort">Closes both at once: pending reads and writes fail. May be called more than once.</param>
internal sealed record ClientTransport(PipeReader Input, PipeWriter Output, Action Abort) : IDuplexPipe
{
    public EndPoint? LocalEndPoint { get; init; }

    public EndPoint? RemoteEndPoint { get; init; }
}
