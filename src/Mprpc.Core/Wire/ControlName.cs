namespace Mprpc.Wire;

/// <summary>The protocol's own methods, all under the prefix <c>$/</c> (docs/protocol.md 10).</summary>
internal static class ControlName
{
    public const string PrefixText = "$/";

    public static ReadOnlySpan<byte> Prefix => "$/"u8;

    /// <summary>What each end takes.</summary>
    public static ReadOnlySpan<byte> Hello => "$/hello"u8;

    /// <summary>A call with options.</summary>
    public static ReadOnlySpan<byte> Call => "$/call"u8;

    /// <summary>The answer is no longer wanted.</summary>
    public static ReadOnlySpan<byte> Cancel => "$/cancel"u8;

    /// <summary>The same as Arduino's RPClite says it.</summary>
    public static ReadOnlySpan<byte> CancelRequest => "$/cancelRequest"u8;

    /// <summary>Items of a stream.</summary>
    public static ReadOnlySpan<byte> Item => "$/item"u8;

    /// <summary>More of a stream is taken.</summary>
    public static ReadOnlySpan<byte> Credit => "$/credit"u8;

    /// <summary>A param stream has ended.</summary>
    public static ReadOnlySpan<byte> End => "$/end"u8;

    public static ReadOnlySpan<byte> Ping => "$/ping"u8;

    public static ReadOnlySpan<byte> GoAway => "$/goaway"u8;

    /// <summary>Whether the method is the protocol's own.</summary>
    public static bool Is(ReadOnlySpan<byte> method) => method.StartsWith(Prefix);

    /// <summary>Whether requests of the method need no place among those that a peer takes at once: the protocol's own, but for a call with options.</summary>
    public static bool TakesNoPlace(string method)
        => method.Length > PrefixText.Length && method[0] == PrefixText[0] && method[1] == PrefixText[1] && method != "$/call";
}
