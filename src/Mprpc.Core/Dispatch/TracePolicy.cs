using System.Diagnostics;
using Mprpc.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>What is made of the trace that a peer sends with a call, in the texts of W3C Trace Context and Baggage. Immutable.</summary>
/// <param name="context">What the application has chosen.</param>
/// <param name="requiresLogin">Whether a peer must log in, so that until then it is not known who says so.</param>
internal sealed class TracePolicy(MprpcTraceContext context, bool requiresLogin)
{
    private static readonly DistributedContextPropagator s_w3c = DistributedContextPropagator.CreateW3CPropagator();

    /// <summary>Reads it from a call's metadata. What is malformed is as if it were not there.</summary>
    public RemoteTrace Read(ReadOnlySpan<byte> metadata, bool isLoggedIn)
    {
        if (context == MprpcTraceContext.Ignore
            || MetadataReader.FindText(metadata, TraceKey.ParentUtf8) is not { } parent
            || !ActivityContext.TryParse(parent, MetadataReader.FindText(metadata, TraceKey.StateUtf8), isRemote: true, out ActivityContext remote))
        {
            return default;
        }

        return context == MprpcTraceContext.Parent && (isLoggedIn || !requiresLogin)
            ? new RemoteTrace(remote, Link: null, MetadataReader.FindText(metadata, TraceKey.BaggageUtf8))
            : new RemoteTrace(Parent: null, remote, Baggage: null);
    }

    /// <summary>Lets the calls that are made inside of a span pass on what the peer wants to have passed on.</summary>
    public static void AddBaggage(Activity span, string? baggage)
    {
        if (baggage is null)
        {
            return;
        }

        IEnumerable<KeyValuePair<string, string?>>? entries = s_w3c.ExtractBaggage(
            baggage,
            static (object? carrier, string name, out string? value, out IEnumerable<string>? values)
                => (value, values) = (name == TraceKey.Baggage ? (string?)carrier : null, null));

        foreach (KeyValuePair<string, string?> entry in entries ?? [])
        {
            span.AddBaggage(entry.Key, entry.Value);
        }
    }
}
