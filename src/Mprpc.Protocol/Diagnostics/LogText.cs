using System.Text;

namespace Mprpc.Diagnostics;

/// <summary>Makes what a peer sent fit for a log or an error: cut, and without the characters that forge lines or drive terminals.</summary>
internal static class LogText
{
    private const int MaxLength = 64;

    public static string Clean(ReadOnlySpan<byte> utf8)
    {
        // Four bytes are the longest character.
        string text = Encoding.UTF8.GetString(utf8.Length > MaxLength * 4 ? utf8[..(MaxLength * 4)] : utf8);
        bool isCut = text.Length > MaxLength;
        var clean = new StringBuilder(Math.Min(text.Length, MaxLength) + 3);

        foreach (char c in isCut ? text.AsSpan(0, MaxLength) : text)
        {
            clean.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return isCut ? clean.Append("...").ToString() : clean.ToString();
    }
}
