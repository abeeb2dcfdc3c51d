using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.Diagnostics;
using Mprpc.Transports;
using Mprpc.Wire;

namespace Mprpc.Client.Diagnostics;

/// <summary>Where a client's calls are measured. Safe for concurrent use.</summary>
internal sealed class ClientTelemetry
{
    private readonly ClientMeter _meter;
    private readonly CallSeriesTable _series;
    private Func<long>? _countConnections;
    private Func<long>? _countCalls;

    /// <param name="options">The client's, frozen.</param>
    /// <param name="address">Its server's, for clients that have no name.</param>
    public ClientTelemetry(MprpcClientOptions options, string address)
    {
        Name = options.Name ?? address;
        _meter = options.Services?.GetService<ClientMeter>() ?? ClientMeter.Shared;
        _series = new CallSeriesTable(Describe(options));

        // What a server sends makes no series, but if it is known what it may be.
        var codes = new StatusCodes(ErrorCode.All.Concat(options.MeasuredErrorCodes), maxOthers: 0);
        Calls = new CallTelemetry(_meter.CallDuration, MprpcTelemetry.ClientSource, ActivityKind.Client, codes, options.TimeProvider);
        Served = new CallTelemetry(_meter.ServedDuration, MprpcTelemetry.ClientSource, ActivityKind.Server, codes, options.TimeProvider);
    }

    /// <summary>What metrics call the client: its name, or its server's address.</summary>
    public string Name { get; }

    /// <summary>The calls that it makes.</summary>
    public CallTelemetry Calls { get; }

    /// <summary>The server's calls that it serves.</summary>
    public CallTelemetry Served { get; }

    /// <summary>How many connections take calls.</summary>
    public long Connections => _countConnections?.Invoke() ?? 0;

    /// <summary>How many calls wait for their answers.</summary>
    public long ActiveCalls => _countCalls?.Invoke() ?? 0;

    /// <summary>The series of a method.</summary>
    public CallSeries SeriesOf(string method) => _series.Of(method);

    /// <summary>The client is there.</summary>
    public void Begin(Func<long> countConnections, Func<long> countCalls)
    {
        _countConnections = countConnections;
        _countCalls = countCalls;
        _meter.Add(this);
    }

    /// <summary>The client is disposed.</summary>
    public void End() => _meter.Remove(this);

    /// <inheritdoc cref="ClientMeter.OnReconnect"/>
    public void OnReconnect(bool isConnected) => _meter.OnReconnect(Name, isConnected);

    /// <inheritdoc cref="ClientMeter.OnRepetition"/>
    public void OnRepetition(string reason, bool isMade) => _meter.OnRepetition(Name, reason, isMade);

    /// <summary>What has come of a call that threw.</summary>
    public static CallOutcome OutcomeOf(Exception exception) => exception switch
    {
        MprpcRemoteException remote => CallOutcome.Answered(remote.Code switch
        {
            null => StatusCodes.Error,
            ErrorCode.UnknownMethod => StatusCodes.MethodNotFound,
            ErrorCode.InvalidParams => StatusCodes.InvalidArguments,
            _ => remote.Code,
        }),
        _ => new CallOutcome(exception.GetType().FullName ?? exception.GetType().Name, HasAnswer: false),
    };

    private static KeyValuePair<string, object?>[] Describe(MprpcClientOptions options)
    {
        if (options.Url is null || options.ConnectCallback is not null || options.Servers is not null)
        {
            return [];      // there are several, or none that is known
        }

        RpcAddress address = RpcAddress.Parse(options.Url);
        string? host = address.Host ?? address.WebSocket?.Host ?? address.Path ?? address.PipeName;
        int port = address.WebSocket?.Port ?? address.Port;
        return host is null ? []
            : port == 0 ? [new(CallAttributes.ServerAddress, host)]
            : [new(CallAttributes.ServerAddress, host), new(CallAttributes.ServerPort, port)];
    }
}
