using System.Buffers;
using System.Text;
using System.Text.Unicode;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Text on its way to UTF-8: half a surrogate pair has no bytes there, and is refused rather than replaced (docs/protocol.md 7.2).</summary>
internal static class UnicodeText
{
    /// <summary>Encodes text into a span with room for all of it.</summary>
    /// <exception cref="MessagePackSerializationException">The text has half a surrogate pair.</exception>
    public static int Encode(string text, Span<byte> utf8)
        => Utf8.FromUtf16(text, utf8, out _, out int written, replaceInvalidSequences: false) == OperationStatus.InvalidData ? throw Refusal(text) : written;

    /// <summary>Throws if text cannot be sent as it is.</summary>
    /// <exception cref="MessagePackSerializationException">The text has half a surrogate pair.</exception>
    public static void Check(ReadOnlySpan<char> text)
    {
        if (!IsWhole(text))
        {
            throw Refusal(text);
        }
    }

    /// <summary>The text, with replacement characters where it cannot be sent as it is: for texts of errors, which must not fail themselves.</summary>
    public static string Repaired(string text) => IsWhole(text) ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static bool IsWhole(ReadOnlySpan<char> text) => Brokenness(text) < 0;

    /// <summary>Where the first half of a pair stands without the other; -1: nowhere.</summary>
    private static int Brokenness(ReadOnlySpan<char> text)
    {
        for (int i = text.IndexOfAnyInRange('\ud800', '\udfff'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                return i;
            }

            i++;
        }

        return -1;
    }

    private static MessagePackSerializationException Refusal(ReadOnlySpan<char> text)
        => new($"The text has half a surrogate pair at index {Brokenness(text):N0}, which has no UTF-8 encoding. "
            + "Send complete characters, or byte[] for data that is not text.");
}
