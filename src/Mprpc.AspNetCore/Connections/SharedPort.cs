using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Mprpc.AspNetCore.Limits;

namespace Mprpc.AspNetCore.Connections;

/// <summary>Tells by a connection's first byte whether it speaks MessagePack-RPC or HTTP, and gets out of the way.</summary>
internal sealed class SharedPort(ConnectionDelegate rpc, ConnectionDelegate http, EndpointLimits limits, TimeProvider clock)
{
    private enum Speech
    {
        Nothing,
        Rpc,
        Http,
    }

    public async Task OnConnectedAsync(ConnectionContext connection)
    {
        Speech speech = await ListenAsync(connection).ConfigureAwait(false);

        if (speech != Speech.Nothing)
        {
            await (speech == Speech.Rpc ? rpc(connection) : http(connection)).ConfigureAwait(false);
        }
    }

    private async Task<Speech> ListenAsync(ConnectionContext connection)
    {
        CancellationToken stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        TimeSpan timeout = limits.Current.PartialMessageTimeout;
        using var tooLate = new CancellationTokenSource(timeout == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLate.Token, stopping);

        try
        {
            ReadResult read = await connection.Transport.Input.ReadAsync(either.Token).ConfigureAwait(false);

            if (read.Buffer.IsEmpty)
            {
                return Speech.Nothing;
            }

            byte first = read.Buffer.FirstSpan[0];

            // Nothing is taken and nothing examined: whoever reads next gets it all, at once.
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return IsRpc(first) ? Speech.Rpc : Speech.Http;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Too late, or the peer has gone.
            return Speech.Nothing;
        }
    }

    // docs/protocol.md 2.1: a message is an array of 3 or 4, in any encoding. HTTP begins with a letter; what is neither gets HTTP's 400.
    private static bool IsRpc(byte first) => first is 0x93 or 0x94 or 0xdc or 0xdd;
}
