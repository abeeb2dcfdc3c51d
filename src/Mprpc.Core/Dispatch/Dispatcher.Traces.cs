using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Mprpc.Connections;
using Mprpc.Diagnostics;

namespace Mprpc.Dispatch;

/// <content>The spans of calls, while somebody listens to them.</content>
internal sealed partial class Dispatcher
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DispatchTraced(RpcMethod method, in IncomingCall call, ReadLoop loop, in ReadOnlyMemory<byte> message, int start, in CallTerms terms)
    {
        Activity? outer = Activity.Current;
        IncomingCall traced = call.With(StartSpan(method.Series, call.Connection, terms));

        DispatchFound(method, traced, loop, message, start, terms);
        Restore(outer);
    }

    private void DispatchUnknownTraced(in IncomingCall call, ReadLoop loop, ReadOnlySpan<byte> method, bool isText, in CallTerms terms)
    {
        Activity? outer = Activity.Current;
        Activity? span = StartSpan(CallSeries.Other, call.Connection, terms);

        if (isText)
        {
            span?.SetTag(CallAttributes.MethodOriginal, LogText.Clean(method));
        }

        RefuseUnknown(call.With(span), loop, method, isText, isControl: false, terms);
        Restore(outer);
    }

    private Activity? StartSpan(CallSeries series, RpcConnection connection, in CallTerms terms)
    {
        RemoteTrace trace = terms.Metadata.IsEmpty ? default : Traces.Read(terms.Metadata.Span, isLoggedIn: connection.Session?.Principal is not null);
        Activity? span = Telemetry!.StartServed(series, trace, connection.CameIn);

        if (span is null)
        {
            return null;
        }

        TracePolicy.AddBaggage(span, trace.Baggage);

        if (!span.IsAllDataRequested)
        {
            return span;
        }

        switch (connection.RemoteEndPoint)
        {
            case IPEndPoint ip:
                span.SetTag(CallAttributes.PeerAddress, ip.Address.ToString()).SetTag(CallAttributes.PeerPort, ip.Port);
                break;
            case UnixDomainSocketEndPoint unix when unix.ToString() is { Length: > 0 } path:
                span.SetTag(CallAttributes.PeerAddress, path);
                break;
        }

        return span;
    }

    /// <summary>What comes next on this thread is not inside the call: neither if it was refused before the application's code ran.</summary>
    private static void Restore(Activity? outer)
    {
        if (Activity.Current != outer)
        {
            Activity.Current = outer;
        }
    }
}
