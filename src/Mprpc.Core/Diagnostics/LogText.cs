using System.Globalization;
using System.Text;

namespace Mprpc.Diagnostics;

/// <summary>Makes what a peer sent fit for a log or an error: cut, and without the characters that forge lines or drive terminals.</summary>
internal static class LogText
{
    private const int MaxLength = 64;

    // What an exception says: enough for a sentence or two, and a line of a log.
    private const int MaxSentenceLength = 512;

    // Exceptions within exceptions: the first few say what matters.
    private const int MaxCauses = 4;

    /// <summary>A name.</summary>
    public static string Clean(ReadOnlySpan<byte> utf8)
    {
        // Four bytes are the longest character.
        return Clean(Encoding.UTF8.GetString(utf8.Length > MaxLength * 4 ? utf8[..(MaxLength * 4)] : utf8), MaxLength);
    }

    /// <summary>A sentence.</summary>
    public static string Clean(string text) => Clean(text, MaxSentenceLength);

    /// <summary>What an exception says that may quote a peer, and its causes.</summary>
    public static string Clean(Exception exception)
    {
        var text = new StringBuilder();
        int causes = 0;

        for (Exception? cause = exception; cause is not null && causes < MaxCauses; cause = cause.InnerException, causes++)
        {
            text.Append(causes == 0 ? "" : " <- ").Append(cause.GetType().Name).Append(": ").Append(Clean(cause.Message));
        }

        return text.ToString();
    }

    private static string Clean(string text, int maxLength)
    {
        bool isCut = text.Length > maxLength;
        var clean = new StringBuilder(Math.Min(text.Length, maxLength) + 3);

        foreach (char c in isCut ? text.AsSpan(0, maxLength) : text)
        {
            clean.Append(IsPlain(c) ? c : '?');
        }

        return isCut ? clean.Append("...").ToString() : clean.ToString();
    }

    // Format characters turn the reading direction or cannot be seen; many viewers start a line at U+2028 and U+2029.
    private static bool IsPlain(char c) => char.GetUnicodeCategory(c)
        is not (UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Surrogate);
}
