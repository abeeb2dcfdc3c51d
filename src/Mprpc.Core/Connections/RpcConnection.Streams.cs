using Mprpc.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <content>Streams as results and parameters of calls (docs/protocol.md 10.13).</content>
internal sealed partial class RpcConnection
{
    /// <summary>Its streams; made when there is one.</summary>
    public ConnectionStreams Streams => _calls.Streams;

    /// <summary>How many streams are open.</summary>
    public int StreamCount => _calls.StreamsIfAny?.Count ?? 0;

    /// <summary>Whether there are streams: results to callers that take them, and parameters.</summary>
    public bool SendsStreams => AnswerOrder is null && !Serializer.OldSpec;

    /// <summary>Items of a stream have come; on the read loop.</summary>
    /// <exception cref="MprpcProtocolException">They are more than the peer had credit for; what came before is still answered.</exception>
    public void OnItems(long number, ReadOnlySpan<byte> bytes, int count, ReadLoop loop)
    {
        if (StreamsFor(number, loop)?.TryTakeItems(number, bytes, count, mayBeEarly: loop.HasParked) == false)
        {
            _limitHit ??= ConnectionLimit.StreamCredit;
            throw new MprpcProtocolException(
                $"The peer has sent more of stream {number} than it had credit for. Wait for '$/credit' before sending more items.");
        }
    }

    /// <summary>The peer has ended a stream that it feeds; on the read loop.</summary>
    public void OnEndOfStream(long number, Exception? failure, ReadLoop loop)
        => StreamsFor(number, loop)?.EndFed(number, failure, mayBeEarly: loop.HasParked);

    /// <summary>The peer wants no more of a stream that is fed to it.</summary>
    public void OnCancelOfFeed(long number) => _calls.StreamsIfAny?.CancelFeed(number);

    /// <summary>The peer takes more of a stream.</summary>
    public void OnCredit(long number, in StreamAllowance more) => _calls.StreamsIfAny?.Grant(number, more);

    /// <summary>Whether calls that run may wait for what the peer says behind other requests: items of their params, or credit for their results.</summary>
    public bool ServesStreams => _calls.StreamsIfAny is { IsServing: true };

    /// <summary>All that the peer has said has been looked at, and it says no more: what its calls wait for does not come. May be called again.</summary>
    public void OnPeerFinished()
    {
        if (_loop is { PeerHasFinished: true, WasStopped: false } && Peer is not null)
        {
            // docs/protocol.md 10.10: one that knows the extensions ends its side only if it wants no more answers.
            Volatile.Read(ref _controlled)?.CancelAll();
        }

        _calls.StreamsIfAny?.OnPeerFinished();
    }

    /// <summary>No request waits for room any more; on the read loop.</summary>
    public void OnNoneParked() => _calls.StreamsIfAny?.DropEarly();

    // Only a stream whose request waits for room can be the connection's first.
    private ConnectionStreams? StreamsFor(long number, ReadLoop loop)
        => _calls.StreamsIfAny ?? (number < 0 && SendsStreams && loop.HasParked ? Streams : null);
}
