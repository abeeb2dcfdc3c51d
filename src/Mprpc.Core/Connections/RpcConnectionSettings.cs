using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Mprpc.Diagnostics;
using Mprpc.Streams;

namespace Mprpc.Connections;

/// <summary>What a connection is made of; the side that accepted or dialled it fills this in.</summary>
internal sealed class RpcConnectionSettings
{
    public required string Id { get; init; }

    public required IDuplexPipe Transport { get; init; }

    /// <summary>Closes the transport at once.</summary>
    public required Action AbortTransport { get; init; }

    public required ConnectionLimits Limits { get; init; }

    /// <summary>What the peer is told that it may demand, where it may not demand all of it yet; null: as <see cref="Limits"/>.</summary>
    public ConnectionLimits? OfferedLimits { get; init; }

    /// <summary>Counts the calls of all connections of the server; null: without limit.</summary>
    public RunningCallsTotal? RunningCallsTotal { get; init; }

    /// <summary>Bounds the streams of all connections of the server; null: each connection has its own bound only.</summary>
    public StreamBudget? StreamBudget { get; init; }

    /// <summary>Counts the items of streams; null: nobody does.</summary>
    public StreamMeter? StreamMeter { get; init; }

    /// <summary>What metrics call the endpoint that has taken the connection, or the client that has made it; null: nothing.</summary>
    public string? Origin { get; init; }

    /// <summary>Counts the limits that are reached, for all connections of the server; null: nobody counts, and all is logged.</summary>
    public LimitHits? LimitHits { get; init; }

    /// <summary>Whether the peer has reset the connection, asked while nothing is read; null: not to be found out.</summary>
    public Func<bool>? IsTransportReset { get; init; }

    /// <summary>Cancelled when the transport reads no more, because the peer has ended its side or reset the connection.</summary>
    public CancellationToken TransportClosed { get; init; }

    /// <summary>Cancelled when this side begins to stop.</summary>
    public CancellationToken Draining { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Serves the peer's calls.</summary>
    public required IRequestHandler Handler { get; init; }

    public MprpcSerializerOptions Serializer { get; init; } = MprpcSerializerOptions.Default;

    /// <summary>How this side makes the wire names of a contract's methods that the peer serves.</summary>
    public MprpcNamingPolicy NamingPolicy { get; init; }

    /// <summary>In which order the peer's requests are answered.</summary>
    public MprpcResponseOrder ResponseOrder { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long this side's calls wait for their answers where the call does not say; infinite: for ever.</summary>
    public TimeSpan CallTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long calls are served after the peer was asked to call elsewhere.</summary>
    public TimeSpan GoAwayGrace { get; init; }

    /// <summary>
    /// Called on the read loop if the peer takes no further calls after this time; zero: the calls that it has not answered fail next. Null: this side
    /// listens, and is not told.
    /// </summary>
    public Action<TimeSpan>? OnGoAway { get; init; }

    /// <summary>The name by which a peer that has not said <c>$/hello</c> is told that an answer is no longer wanted; null: it is not told.</summary>
    public string? CancelMethod { get; init; }

    /// <summary>
    /// What to do so that calls may be sent with a credential in their metadata, which could be read on the way; null: they may, as things are.
    /// </summary>
    public string? CredentialRemedy { get; init; }

    /// <summary>Called on the read loop when the peer has said what it takes; null: nobody wants to know.</summary>
    public Action? OnHello { get; init; }

    /// <summary>Who the peer is; null: this side does not ask.</summary>
    public RpcSession? Session { get; init; }

    /// <summary>Where the services of calls come from.</summary>
    public IServiceProvider? Services { get; init; }

    public EndPoint? LocalEndPoint { get; init; }

    public EndPoint? RemoteEndPoint { get; init; }

    public IFeatureCollection Features { get; init; } = new FeatureCollection();
}
