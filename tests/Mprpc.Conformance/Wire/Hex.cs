using System.Globalization;
using System.Text;

namespace Mprpc.Conformance.Wire;

/// <summary>Reads the byte vectors of the case tables and prints bytes as the tables write them.</summary>
/// <remarks>
/// A vector is a row of words: hex digits (<c>94 00 01</c>), a repeated byte (<c>78*40</c>), a quoted ASCII text without spaces (<c>"sum"</c>, its bytes only,
/// no header), or a macro: <c>SUM</c> and <c>ECHO</c>, and the names of the extensions' messages, options and methods.
/// </remarks>
public static class Hex
{
    // What S1 and most other cases carry: the method "sum" and its params [1, 2].
    private const string Sum = "a3 73756d 92 01 02";

    // The method "echo" and the header of its one param, which follows.
    private const string Echo = "a4 6563686f 91";

    private static readonly Dictionary<string, string> s_macros = new(StringComparer.Ordinal)
    {
        ["SUM"] = Sum,
        ["ECHO"] = Echo,
        ["WAIT"] = "a4 \"wait\"",
        ["STUBBORN"] = "a8 \"stubborn\"",
        ["HELLO"] = "a7 \"$/hello\"",
        ["HI"] = "94 00 00 HELLO 92 01 82 a5 \"calls\" 64 a6 \"goaway\" c3",
        ["CALL"] = "a6 \"$/call\"",
        ["COUNT"] = "a5 \"count\"",
        ["DRIP"] = "a4 \"drip\"",
        ["BULK"] = "a4 \"bulk\"",
        ["BREAK"] = "a5 \"break\"",
        ["ODD"] = "a3 \"odd\"",
        ["TOTAL"] = "a5 \"total\"",
        ["FIRST"] = "a5 \"first\"",
        ["PIPE"] = "a4 \"pipe\"",
        ["HOARD"] = "a5 \"hoard\"",
        ["ITEM"] = "a6 \"$/item\"",
        ["CREDIT"] = "a8 \"$/credit\"",
        ["END"] = "a5 \"$/end\"",
        ["OFFER"] = "87 a6 \"errors\" a3 \"map\" a4 \"size\" ce00400000 a5 \"calls\" cd03e8 "
            + "a7 \"streams\" 64 a4 \"feed\" 92 40 cd4000 a4 \"meta\" cd2000 a4 \"ping\" c3",
        ["CANCEL"] = "a8 \"$/cancel\"",
        ["CANCELREQUEST"] = "af \"$/cancelRequest\"",
        ["PING"] = "a6 \"$/ping\"",
        ["GOAWAY"] = "a8 \"$/goaway\"",
        ["TIMEOUT"] = "a7 \"timeout\"",
        ["CRED"] = "a6 \"credit\"",
        ["META"] = "a4 \"meta\"",
    };

    /// <summary>The bytes that a vector means.</summary>
    /// <exception cref="FormatException">A word is none of those listed in the remarks.</exception>
    public static byte[] Parse(string vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        var bytes = new List<byte>();
        foreach (string word in vector.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Append(bytes, word);
        }

        return [.. bytes];
    }

    /// <summary>Bytes as lower-case hex; a long value is cut in the middle, so that a report stays readable.</summary>
    public static string Print(ReadOnlySpan<byte> bytes)
    {
        const int edge = 24;
        if (bytes.Length <= edge * 2)
        {
            return Convert.ToHexStringLower(bytes);
        }

        return $"{Convert.ToHexStringLower(bytes[..edge])}..{Convert.ToHexStringLower(bytes[^8..])} ({bytes.Length} bytes)";
    }

    private static void Append(List<byte> bytes, string word)
    {
        if (s_macros.TryGetValue(word, out string? meaning))
        {
            bytes.AddRange(Parse(meaning));
        }
        else if (word[0] == '"')
        {
            bytes.AddRange(Encoding.ASCII.GetBytes(word.Trim('"')));
        }
        else if (word.IndexOf('*', StringComparison.Ordinal) is int star and > 0)
        {
            byte repeated = byte.Parse(word.AsSpan(0, star), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            int count = int.Parse(word.AsSpan(star + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            bytes.AddRange(Enumerable.Repeat(repeated, count));
        }
        else
        {
            bytes.AddRange(Convert.FromHexString(word));
        }
    }
}
