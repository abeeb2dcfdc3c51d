using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>What a caller has said of a call besides method and params (docs/protocol.md 10.6); nothing of a plain call.</summary>
/// <param name="readAt">When the call was read, as a timestamp; 0: now.</param>
/// <param name="timeoutMilliseconds">How long the caller waits from then on; negative: it has not said.</param>
/// <param name="metadata">The entries of the metadata; their bytes are the loop's.</param>
internal readonly ref struct CallTerms(long readAt, long timeoutMilliseconds, ReadOnlyMemory<byte> metadata)
{
    private readonly bool _hasDeadline = timeoutMilliseconds is >= 0 and < long.MaxValue / TimeSpan.TicksPerMillisecond;

    public bool HasDeadline => _hasDeadline;

    /// <summary>Whether the metadata says who calls: it is looked at whatever the method takes.</summary>
    public bool HasCredential { get; init; }

    /// <summary>How much the caller takes of a result that is a stream; null: it takes none.</summary>
    public StreamAllowance? Credit { get; init; }

    /// <summary>The entries of the metadata; their bytes are the loop's.</summary>
    public ReadOnlyMemory<byte> Metadata => metadata;

    /// <summary>Whether the time is up.</summary>
    public bool IsOver(TimeProvider clock)
        => _hasDeadline && (timeoutMilliseconds == 0 || (readAt != 0 && clock.GetElapsedTime(readAt).TotalMilliseconds >= timeoutMilliseconds));

    /// <summary>Makes what can end the call, with a copy of what the method may read later.</summary>
    public CallControl Control(in IncomingCall call, RpcMethod method)
    {
        var control = new CallControl(call.Connection, method, call.MessageId, call.Turn)
        {
            Metadata = metadata.IsEmpty || !(method.NeedsContext || method.Policy is not null || HasCredential) ? default : metadata.ToArray(),
            Credit = Credit,
            Started = call.Started,
            Span = call.Span,
        };

        SetDeadline(control, call.Connection);
        return control;
    }

    /// <summary>What can end a call whose method sees neither token nor context: that of an earlier call if there is one.</summary>
    public CallControl Control(in IncomingCall call, RpcMethod method, CallControl? spare)
    {
        if (spare is null)
        {
            return Control(call, method);
        }

        spare.Renew(method, call.MessageId, call.Turn);
        spare.Started = call.Started;
        spare.Span = call.Span;
        SetDeadline(spare, call.Connection);
        spare.Open();
        return spare;
    }

    private void SetDeadline(CallControl control, RpcConnection connection)
    {
        if (_hasDeadline)
        {
            TimeSpan timeout = TimeSpan.FromMilliseconds(timeoutMilliseconds);
            control.SetDeadline(readAt != 0 ? readAt : CoarseClock.GetTimestamp(connection.Clock, timeout), timeout, isCallers: true);
        }
    }
}
