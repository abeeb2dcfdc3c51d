using Mprpc.Wire;

namespace Mprpc.Connections;

/// <content>What the peer says about the connection and about calls that run (docs/protocol.md 10.5 and on).</content>
internal sealed partial class RpcConnection
{
    private PeerOffer? _peer;

    /// <summary>What the peer takes, as it has said with <c>$/hello</c>; null: it has said nothing, and gets nothing but the plain protocol.</summary>
    public PeerOffer? Peer => Volatile.Read(ref _peer);

    /// <summary>What this side takes.</summary>
    /// <param name="isDialer">Whether it has made the connection: only then it can go elsewhere.</param>
    public PeerOffer OwnOffer(bool isDialer) => new()
    {
        ErrorsAsMap = true,
        Size = Limits.MaxMessageSize,
        Calls = _handler.HasMethods ? Limits.MaxRunningCalls : 0,
        Metadata = MetadataLimits.MaxBytes,
        GoAway = isDialer,
        Ping = true,
    };

    /// <summary>The peer has said what it takes.</summary>
    public void OnHello(PeerOffer offer)
    {
        lock (_closed)
        {
            Volatile.Write(ref _peer, offer);
            Limits = Limits.For(offer);
            _calls.ChangeLimits(Limits);
        }
    }

    /// <summary>The peer no longer wants the answer to a request. One that is unknown, or answered, is nothing to cancel.</summary>
    public void CancelCall(long messageId, ReadLoop loop)
    {
        if (Volatile.Read(ref _controlled)?.Find(messageId) is { } control)
        {
            if (_calls.ContinuationsBlock)
            {
                control.CancelApart(CancelReason.Peer);
            }
            else
            {
                control.CancelOnLoop(loop);
            }
        }
        else
        {
            loop.CancelParked(messageId);
        }
    }
}
