using System.Buffers;

namespace Mprpc;

/// <summary>What the metadata of a call may be (docs/protocol.md 10.7).</summary>
internal static class MetadataLimits
{
    public const int MaxEntries = 64;

    public const int MaxKeyLength = 64;

    /// <summary>Of all keys and values together.</summary>
    public const int MaxBytes = 8192;

    private static readonly SearchValues<char> s_keyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly SearchValues<byte> s_keyBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-"u8);

    public static bool IsKey(ReadOnlySpan<char> key) => key.Length is > 0 and <= MaxKeyLength && !key.ContainsAnyExcept(s_keyCharacters);

    public static bool IsKey(ReadOnlySpan<byte> key) => key.Length is > 0 and <= MaxKeyLength && !key.ContainsAnyExcept(s_keyBytes);
}
