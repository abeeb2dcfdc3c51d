using Mprpc.CompilerServices;
using Mprpc.Diagnostics;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>The streams of a connection, in both directions (docs/protocol.md 10.13). Safe for concurrent use.</summary>
/// <remarks>
/// A result's stream has its request's msgid, a param's a negative number that its caller counts down. Sign and direction tell whose number it is, so that both
/// ends may use the same.
/// </remarks>
/// <param name="serializer">How values are encoded.</param>
/// <param name="output">Where messages go out.</param>
/// <param name="requests">This side's calls, whose results may be streams.</param>
/// <param name="total">Bounds the streams of all connections of a server; null: without.</param>
/// <param name="connectionLimits">What may be sent.</param>
/// <param name="peer">What the peer takes; null: it has not said.</param>
internal sealed partial class ConnectionStreams(
    MprpcSerializerOptions serializer, MessageOutput output, InFlightRequests requests, StreamBudget? total, ConnectionLimits connectionLimits, PeerOffer? peer)
    : IStreamConnection
{
    private const int LowestNumber = int.MinValue + 1;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, StreamCredit> _sent = [];         // results of calls that are served, by msgid; what is fed to the peer, below zero
    private readonly Dictionary<long, IncomingItems> _fed = [];         // to calls that are served
    private Dictionary<long, IncomingItems>? _early;                    // whose requests wait for room
    private bool _areEarlyLost;                                         // of some that are not there, items were dropped
    private int _results;
    private int _feeds;
    private int _lastNumber;
    private bool _isClosed;
    private bool _hasPeerFinished;
    private ConnectionLimits _limits = connectionLimits;
    private PeerOffer? _peer = peer;

    public StreamLimits Limits => _limits.Streams;

    public MprpcSerializerOptions Serializer => serializer;

    public StreamBudget Budget { get; } = new(
        connectionLimits.Streams.MaxBufferedBytes, connectionLimits.Streams.MaxBufferedBytes + (4L * connectionLimits.MaxMessageSize), total);

    public int MaxSendMessageSize => _limits.MaxSendMessageSize;

    public int MaxSendDepth => _limits.MaxSendDepth;

    /// <summary>Counts the items; null: nobody does.</summary>
    public StreamMeter? Meter { get; init; }

    /// <summary>How many streams are open.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _sent.Count + _fed.Count;
            }
        }
    }

    /// <summary>What may be sent has changed, or what the peer takes.</summary>
    public void ChangeLimits(ConnectionLimits changed, PeerOffer? offer) => (_limits, _peer) = (changed, offer);

    /// <summary>Whether a call that is served has a stream, so that it may wait for what the peer says behind other requests.</summary>
    public bool IsServing
    {
        get
        {
            lock (_gate)
            {
                return _results > 0 || _fed.Count > 0;
            }
        }
    }

    /// <summary>Whether nothing is open; for tests.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _sent.Count == 0 && _fed.Count == 0 && _early is null or { Count: 0 } && _results == 0 && _feeds == 0;
            }
        }
    }

    /// <summary>A result is streamed from now on.</summary>
    /// <returns>Null, or why it is not.</returns>
    public Exception? TryOpenResult(long messageId, StreamCredit credit)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return new OperationCanceledException("The connection was lost before the stream began.");
            }

            if (_results >= Limits.MaxPerConnection)
            {
                return new MprpcException(
                    $"This connection has reached its limit of {Limits.MaxPerConnection} streams to the peer; end some before asking for more.",
                    ErrorCode.Busy);
            }

            // The msgid of a call that its deadline has answered is free, though its stream has not ended yet.
            if (_sent.TryGetValue(messageId, out StreamCredit? open) && !open.IsClosed)
            {
                return new MprpcException(
                    $"The result of an earlier request {messageId} is still streamed: give each request that is unanswered a msgid of its own.");
            }

            _sent[messageId] = credit;
            _results++;

            if (_hasPeerFinished)
            {
                credit.EndGrants();
            }

            return null;
        }
    }

    public void CloseResult(long messageId, StreamCredit credit)
    {
        lock (_gate)
        {
            _results--;

            if (_sent.GetValueOrDefault(messageId) == credit)
            {
                _sent.Remove(messageId);
            }
        }
    }

    /// <summary>How many streams may be fed to the peer at once.</summary>
    public long MaxFeeds => Math.Min(_peer?.Streams ?? 0, Limits.MaxPerConnection);

    /// <summary>A stream is about to be fed to the peer.</summary>
    /// <param name="credit">With as much as the peer has said.</param>
    /// <returns>Its number; 0: there are as many as the peer takes.</returns>
    public int OpenFeed(StreamCredit credit)
    {
        lock (_gate)
        {
            if (_isClosed || _feeds >= MaxFeeds)
            {
                return 0;
            }

            _feeds++;

            do
            {
                _lastNumber = _lastNumber == LowestNumber ? -1 : _lastNumber - 1;
            }
            while (!_sent.TryAdd(_lastNumber, credit));

            return _lastNumber;
        }
    }

    public void CloseFeed(long number)
    {
        lock (_gate)
        {
            _feeds -= _sent.Remove(number) ? 1 : 0;
        }
    }

    /// <summary>The peer feeds a stream to a call that is about to be served; on the read loop.</summary>
    /// <param name="number">The stream's.</param>
    /// <param name="param">Which of the call's params it is.</param>
    /// <param name="streams">Those of the call.</param>
    /// <returns>Null, or why it is not served.</returns>
    public RpcError? TryOpenFed(long number, int param, FedStreams streams)
    {
        lock (_gate)
        {
            if (_early?.Remove(number, out IncomingItems? items) != true)
            {
                // What has come of it while it waited may have been dropped, if the peer had more streams than it may.
                if (_fed.Count >= Limits.MaxPerConnection || _areEarlyLost)
                {
                    return new RpcError(
                        RpcErrorKind.Handler,
                        $"This connection has reached its limit of {Limits.MaxPerConnection} streams to this side; end some before feeding more.",
                        ErrorCode.Busy);
                }

                items = Open(number);
            }

            if (!_fed.TryAdd(number, items!))
            {
                return new RpcError(RpcErrorKind.InvalidArguments, $"The stream {number} is open already: each one that is open has a number of its own.");
            }

            streams.Add(number, items!, param);

            if (_isClosed || _hasPeerFinished)
            {
                items!.Lose();
            }

            return null;
        }
    }

    /// <summary>The call is over that a stream was fed to.</summary>
    public void CloseFed(long number, IncomingItems items)
    {
        lock (_gate)
        {
            if (_fed.TryGetValue(number, out IncomingItems? open) && open == items)
            {
                _fed.Remove(number);
            }
        }

        items.Drop(isDisposed: false);
    }

    /// <summary>No request waits for room any more: what has come for streams that nobody has opened is nobody's.</summary>
    public void DropEarly()
    {
        Dictionary<long, IncomingItems>? early;

        lock (_gate)
        {
            (early, _early) = (_early, null);
            _areEarlyLost = false;
        }

        foreach (IncomingItems items in early?.Values ?? Enumerable.Empty<IncomingItems>())
        {
            items.Drop(isDisposed: false);
        }
    }

    /// <summary>Items have come; on the read loop. Those of a stream that is not open mean nothing.</summary>
    /// <param name="number">The stream's.</param>
    /// <param name="bytes">The items.</param>
    /// <param name="count">How many.</param>
    /// <param name="mayBeEarly">Whether requests wait for room, so that the stream's may be among them.</param>
    /// <returns>False if they are more than the peer has credit for.</returns>
    public bool TryTakeItems(long number, ReadOnlySpan<byte> bytes, int count, bool mayBeEarly)
    {
        if (count == 0 || FindIncoming(number, mayBeEarly) is not { } items)
        {
            return true;
        }

        Meter?.OnReceived(count);
        return items.TryAdd(this, number, bytes, count);
    }

    /// <summary>The peer has ended a stream that it feeds; on the read loop.</summary>
    public void EndFed(long number, Exception? failure, bool mayBeEarly)
    {
        if (number >= 0 || FindIncoming(number, mayBeEarly) is not { } items)
        {
            return;
        }

        if (failure is null)
        {
            items.Complete([], count: 0);
        }
        else
        {
            items.FailBySender(failure);
        }
    }

    /// <summary>The peer takes more of a stream; of one that is not open it means nothing.</summary>
    public void Grant(long number, in StreamAllowance more) => FindSent(number)?.Grant(more);

    /// <summary>The peer wants no more of a stream that is fed to it.</summary>
    public void CancelFeed(long number) => FindSent(number)?.Close();

    /// <summary>The connection is lost: nothing comes, and nothing can be sent.</summary>
    public void Close()
    {
        StreamCredit[] sent;

        lock (_gate)
        {
            _isClosed = true;
            sent = [.. _sent.Values];
        }

        foreach (StreamCredit credit in sent)
        {
            credit.Close();
        }

        FailFed();
        DropEarly();
    }

    /// <summary>The peer says nothing any more: what it feeds has not come whole, and what it takes is what it has said.</summary>
    public void OnPeerFinished()
    {
        StreamCredit[] sent;

        lock (_gate)
        {
            _hasPeerFinished = true;
            sent = [.. _sent.Values];
        }

        foreach (StreamCredit credit in sent)
        {
            credit.EndGrants();
        }

        FailFed();
    }

    private void FailFed()
    {
        IncomingItems[] fed;

        lock (_gate)
        {
            fed = [.. _fed.Values, .. _early?.Values ?? Enumerable.Empty<IncomingItems>()];
        }

        foreach (IncomingItems items in fed)
        {
            items.Lose();
        }
    }

    private StreamCredit? FindSent(long number)
    {
        lock (_gate)
        {
            return _sent.GetValueOrDefault(number);
        }
    }

    private IncomingItems? FindIncoming(long number, bool mayBeEarly)
    {
        if (number >= 0)
        {
            return requests.Peek(number)?.Items;
        }

        lock (_gate)
        {
            if (_fed.TryGetValue(number, out IncomingItems? items) || _early?.TryGetValue(number, out items) == true)
            {
                return items;
            }

            // Only those that may begin before anybody has read of them.
            if (!mayBeEarly || _peer is null)
            {
                return null;
            }

            if ((_early?.Count ?? 0) + _fed.Count >= Limits.MaxPerConnection)
            {
                _areEarlyLost = true;
                return null;
            }

            items = Open(number);
            (_early ??= []).Add(number, items);
            return items;
        }
    }

    private IncomingItems Open(long number)
    {
        var items = new IncomingItems(StreamAllowance.NoLimit);
        items.OpenFed(this, number, Limits.Feed, isGranted: _peer is not null);
        return items;
    }
}
