using System.Diagnostics;
using System.Runtime.CompilerServices;
using Mprpc.Client.Connections;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Client.Sending;

/// <summary>
/// Measures the calls of a client while somebody listens: each once, from its beginning to its end, with its filters, its waiting for a connection and its
/// repetitions. Else they go their way as if this were not there. Safe for concurrent use.
/// </summary>
/// <param name="parts">What the client's parts share.</param>
/// <param name="pool">Has the connections.</param>
/// <param name="sender">Sends the calls.</param>
/// <param name="notifications">Sends the notifications.</param>
internal sealed class ObservedSender(ClientParts parts, ConnectionPool pool, CallSender sender, NotificationQueue notifications)
    : CallSender(parts, pool, notifications)
{
    // By its type, not as a sender like any: the others have no connection for a call at once.
    private readonly DirectSender? _direct = (sender as RepeatingSender)?.Direct;
    private readonly NotificationQueue _notifications = notifications;
    private readonly ClientTelemetry _telemetry = parts.Telemetry;
    private readonly CallTelemetry _calls = parts.Telemetry.Calls;

    /// <summary>Sends the calls.</summary>
    public CallSender Sender => sender;

    public override ValueTask<T> SendWhenReadyAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
        => _calls.Begin() is var started && started != 0
            ? ObserveAsync<T>(method, request, call, started)
            : sender.SendWhenReadyAsync<T>(method, request, call, spent);

    public override ValueTask NotifyAsync(string method, MprpcWriter notification, MprpcCallOptions call) => sender.NotifyAsync(method, notification, call);

    public override void Notify(string method, MprpcWriter notification) => sender.Notify(method, notification);

    internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions call) => sender.Notify(method, notification, call);

    internal override MprpcCallInvoker WithFilters(IReadOnlyList<IMprpcClientFilter> filters)
        => new ObservedSender(Parts, Pool, (CallSender)sender.WithFilters(filters), _notifications);

    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken)
        => _direct is null || _calls.IsObserved ? null : _direct.TryGetConnection(cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> ObserveAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, long started)
    {
        CallSeries series = _telemetry.SeriesOf(method);
        Activity? span = null;

        if (_calls.Traces)
        {
            span = _calls.StartMade(series);        // current for what is awaited here, and not for the caller

            // docs/protocol.md 10.6: a method of the protocol's own is not called with metadata.
            call = method.StartsWith(ControlName.PrefixText, StringComparison.Ordinal) ? call : call with { Trace = TraceMetadata.OfCurrent() };
        }

        try
        {
            T result = await sender.SendAsync<T>(method, request, call).ConfigureAwait(false);
            _calls.End(started, span, series, outcome: default);
            return result;
        }
        catch (Exception exception)
        {
            _calls.End(started, span, series, ClientTelemetry.OutcomeOf(exception));
            throw;
        }
    }
}
