namespace Mprpc.Wire;

/// <summary>The keys of metadata that carry a trace; their values are W3C's own texts (docs/protocol.md 10.6).</summary>
internal static class TraceKey
{
    public const string Parent = "traceparent";
    public const string State = "tracestate";
    public const string Baggage = "baggage";

    public static ReadOnlySpan<byte> ParentUtf8 => "traceparent"u8;

    public static ReadOnlySpan<byte> StateUtf8 => "tracestate"u8;

    public static ReadOnlySpan<byte> BaggageUtf8 => "baggage"u8;
}
