using Mprpc.CompilerServices;
using Mprpc.Diagnostics;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <content>Calls whose result, or a parameter, is a stream (docs/protocol.md 10.13).</content>
internal sealed partial class CallsToPeer
{
    private ConnectionStreams? _streams;
    private volatile bool _areStreamsClosed;

    /// <summary>Bounds the streams of all connections of the server; null: without.</summary>
    public StreamBudget? StreamBudget { get; init; }

    /// <summary>Counts the items of streams; null: nobody does.</summary>
    public StreamMeter? StreamMeter { get; init; }

    /// <summary>The connection's streams; made when there is one.</summary>
    public ConnectionStreams Streams => Volatile.Read(ref _streams) ?? MakeStreams();

    /// <summary>The same, if there has been one.</summary>
    public ConnectionStreams? StreamsIfAny => Volatile.Read(ref _streams);

    /// <summary>The connection is lost.</summary>
    public void CloseStreams()
    {
        _areStreamsClosed = true;
        Interlocked.MemoryBarrier();    // with that of MakeStreams: either this sees the streams, or that sees that the connection is lost
        StreamsIfAny?.Close();
    }

    private ConnectionStreams MakeStreams()
    {
        ConnectionStreams made;

        lock (_requests)
        {
            made = _streams ??= new ConnectionStreams(_serializer, _output, _requests, StreamBudget, _limits, _peer) { Meter = StreamMeter };
        }

        Interlocked.MemoryBarrier();

        if (_areStreamsClosed)
        {
            made.Close();
        }

        return made;
    }

    private bool TryCallWithStreams(PendingCall call, MprpcWriter request, MprpcMetadata told, CallStreams streams, CancellationToken cancellationToken)
    {
        // Also of one that has said that it has not run it: what has come of it is the application's already.
        if (streams.HasBegun || streams.Result is { HasBegun: true })
        {
            MprpcWriter.Return(request);
            throw new MprpcConnectionException(
                $"The call of '{call.Method}' has a stream that has been sent in part, so that it cannot be made again.", requestWasSent: true);
        }

        PeerOffer? peer = Volatile.Read(ref _peer);
        told = Taken(told, peer, "call", call.Method, request);

        if (peer is null)
        {
            // Its whole result is one array.
            return streams.Feeds.Count == 0 ? TryCallPlain(call, request, cancellationToken) : throw NotTaken(call, request);
        }

        var opened = new (long Number, StreamCredit Credit)[streams.Feeds.Count];

        for (int i = 0; i < opened.Length; i++)
        {
            var credit = new StreamCredit(new StreamAllowance(peer.FeedItems, peer.FeedBytes));
            int number = Streams.OpenFeed(credit);

            if (number == 0)
            {
                CloseFeeds(opened.AsSpan(0, i));

                if (_areStreamsClosed)
                {
                    return false;
                }

                throw Streams.MaxFeeds == 0 ? NotTaken(call, request) : TooMany(call, request);
            }

            opened[i] = (number, credit);
            streams.Feeds[i].Number(request, number);
        }

        call.Items = streams.Result;
        call.BypassesWindow = opened.Length > 0;
        StreamAllowance? allowed = streams.Result?.Open(Streams);

        bool isSent = false;

        try
        {
            // What is told of nothing but the numbers of its streams is a plain request.
            isSent = allowed is null && call.Timeout <= TimeSpan.Zero && told.Count == 0
                ? TryCallPlain(call, request, cancellationToken)
                : TryCallWrapped(call, request, told, allowed, cancellationToken);
        }
        finally
        {
            if (!isSent)
            {
                CloseFeeds(opened);
            }
        }

        if (isSent)
        {
            streams.Begin(Streams, opened);
        }

        return isSent;
    }

    private void CloseFeeds(ReadOnlySpan<(long Number, StreamCredit Credit)> opened)
    {
        foreach ((long number, _) in opened)
        {
            Streams.CloseFeed(number);
        }
    }

    private MprpcException TooMany(PendingCall call, MprpcWriter request)
    {
        MprpcWriter.Return(request);
        return new MprpcException(
            $"The call of '{call.Method}' was not sent: with its arguments more than {Streams.MaxFeeds:N0} streams would be fed to the peer of connection "
            + $"{_connectionId}, which are as many as it takes. Wait until some have ended, or use further connections.",
            ErrorCode.Busy);
    }

    private static StreamsNotTakenException NotTaken(PendingCall call, MprpcWriter request)
    {
        MprpcWriter.Return(request);
        return new StreamsNotTakenException($"The peer takes no stream as an argument of '{call.Method}'; nothing was sent.");
    }
}
