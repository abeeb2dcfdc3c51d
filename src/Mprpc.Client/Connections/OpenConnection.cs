using Mprpc.Client.Transports;
using Mprpc.Connections;

namespace Mprpc.Client.Connections;

/// <summary>A connection that was made, with what its subchannel knows of it.</summary>
/// <param name="transport">Its bytes.</param>
/// <param name="madeAt">When, by the clock.</param>
/// <param name="failuresBefore">How many attempts had failed in a row.</param>
internal sealed class OpenConnection(ClientTransport transport, long madeAt, int failuresBefore)
{
    // Behind what has arrived there: so that the server has read it before it learns of the reset.
    private static readonly TimeSpan TimeToRead = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private volatile bool _hasGivenUp;
    private volatile bool _resets;

    /// <summary>Set once, before it is served.</summary>
    public RpcConnection Connection { get; set; } = null!;

    public ClientTransport Transport => transport;

    public long MadeAt => madeAt;

    public int FailuresBefore => failuresBefore;

    /// <summary>Since when it takes calls; 0: not yet.</summary>
    public long TakesCallsSince { get; set; }

    /// <summary>Whether it is to be left as soon as it takes calls: the server has asked for them to be made elsewhere before.</summary>
    public bool IsToBeLeft { get; set; }

    /// <summary>A call has timed out or was cancelled: it may still run at the server.</summary>
    public void OnGivenUp() => _hasGivenUp = true;

    /// <summary>
    /// Sends what is written and closes. Where calls may still run at the server, by a reset: a server answers the calls of a peer that has only ended its
    /// side.
    /// </summary>
    /// <param name="sendTimeout">The time for what is written; in real time, since it is the network's.</param>
    /// <param name="hasNotified">Whether there may be notifications on their way, which a reset must not overtake.</param>
    public async Task CloseAsync(TimeSpan sendTimeout, bool hasNotified)
    {
        await Connection.Output.FinishAsync().WaitAsync(sendTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (Connection.Requests.Count > 0 || _hasGivenUp)
        {
            if (hasNotified)
            {
                for (TimeSpan waited = TimeSpan.Zero; !transport.HasArrived() && waited < sendTimeout; waited += Poll)
                {
                    await Task.Delay(Poll).ConfigureAwait(false);
                }

                await Task.Delay(TimeToRead).ConfigureAwait(false);
            }

            _resets = true;
        }

        Connection.Abort(new ObjectDisposedException(objectName: null, "The MprpcClient was disposed."));
    }

    /// <summary>Closes the bytes, when the connection is aborted.</summary>
    public void CloseTransport()
    {
        if (_resets)
        {
            transport.Reset();
        }

        transport.Abort();
    }
}
