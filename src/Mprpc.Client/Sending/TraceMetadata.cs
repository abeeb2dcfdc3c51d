using System.Diagnostics;
using System.Text;
using Mprpc.Wire;

namespace Mprpc.Client.Sending;

/// <summary>The trace of a served call as metadata of the calls made for it, in the texts of W3C Trace Context and Baggage.</summary>
internal static class TraceMetadata
{
    private static readonly DistributedContextPropagator s_w3c = DistributedContextPropagator.CreateW3CPropagator();

    /// <summary>
    /// The metadata with the trace: that of the running activity, else what the served call came with. What the caller has set itself stays, and what does not
    /// fit is left out.
    /// </summary>
    /// <param name="own">The call's own metadata, which is not changed; or null.</param>
    /// <param name="received">What the served call came with.</param>
    /// <returns>New metadata, or the call's own where there is no trace. A server that takes no metadata is called without what was added to none.</returns>
    public static MprpcMetadata? Add(MprpcMetadata? own, MprpcMetadata received)
    {
        if (own?.ContainsKey(TraceKey.Parent) == true)
        {
            return own;
        }

        (string? parent, string? state, string? baggage) = OfActivity();

        // What a peer sent is passed on only if it is a trace.
        if (parent is null && received.GetString(TraceKey.Parent) is { } from
            && ActivityContext.TryParse(from, received.GetString(TraceKey.State), isRemote: true, out _))
        {
            parent = from;
            state = received.GetString(TraceKey.State);
        }

        if (parent is null)
        {
            return own;
        }

        var all = new MprpcMetadata { IsOptional = own is null || own.IsOptional };

        foreach (MprpcMetadataEntry entry in own ?? MprpcMetadata.Empty)
        {
            all.AddReceived(entry.Key, entry.ValueBytes, entry.IsBinary);
        }

        return With(all, parent, state, baggage ?? received.GetString(TraceKey.Baggage));
    }

    /// <summary>The trace of the running activity alone, which a server that takes no metadata is called without; null: there is none.</summary>
    public static MprpcMetadata? OfCurrent()
    {
        (string? parent, string? state, string? baggage) = OfActivity();

        return parent is null ? null : With(new MprpcMetadata { IsOptional = true }, parent, state, baggage);
    }

    private static MprpcMetadata With(MprpcMetadata all, string parent, string? state, string? baggage)
    {
        TryAdd(all, TraceKey.Parent, parent);
        TryAdd(all, TraceKey.State, state);
        TryAdd(all, TraceKey.Baggage, baggage);
        return all;
    }

    private static (string? Parent, string? State, string? Baggage) OfActivity()
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: not null } activity)
        {
            return default;
        }

        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        s_w3c.Inject(activity, texts, static (carrier, key, value) => ((Dictionary<string, string>)carrier!)[key] = value);
        return (texts.GetValueOrDefault(TraceKey.Parent), texts.GetValueOrDefault(TraceKey.State), texts.GetValueOrDefault(TraceKey.Baggage));
    }

    private static void TryAdd(MprpcMetadata all, string key, string? value)
    {
        if (!string.IsNullOrEmpty(value) && !all.ContainsKey(key) && all.HasRoomFor(key, Encoding.UTF8.GetByteCount(value)))
        {
            all[key] = value;
        }
    }
}
