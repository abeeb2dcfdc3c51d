using System.Text;

namespace Mprpc.AspNetCore.Tests.Kit;

/// <summary>What a message has to look like: hexadecimal, "text" for a short string, ERROR for any string that is not empty.</summary>
internal static class MessagePattern
{
    private const string AnyError = "ERROR";

    public static void AssertMatches(string pattern, string message)
    {
        int wildcard = pattern.IndexOf(AnyError, StringComparison.Ordinal);

        if (wildcard < 0)
        {
            Assert.Equal(Expand(pattern), message);
            return;
        }

        string head = Expand(pattern[..wildcard]);
        string tail = Expand(pattern[(wildcard + AnyError.Length)..]);

        Assert.StartsWith(head, message, StringComparison.Ordinal);
        Assert.EndsWith(tail, message, StringComparison.Ordinal);
        AssertTextNotEmpty(Convert.FromHexString(message[head.Length..^tail.Length]));
    }

    /// <summary>A fixstr or str8 that is all there is.</summary>
    private static void AssertTextNotEmpty(byte[] value)
    {
        int head = value[0] == 0xd9 ? 2 : 1;

        Assert.True(value[0] is 0xd9 or (> 0xa0 and <= 0xbf), $"No text, or an empty one: {Hex.Text(value)}");
        Assert.Equal(head == 2 ? value[1] : value[0] & 0x1f, value.Length - head);
    }

    private static string Expand(string pattern)
    {
        var hex = new StringBuilder();
        string[] parts = pattern.Split('"');

        for (int i = 0; i < parts.Length; i++)
        {
            hex.Append(i % 2 == 0 ? Hex.Text(Hex.Bytes(parts[i])) : Text(parts[i]));
        }

        return hex.ToString();
    }

    private static string Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return Hex.Text(utf8.Length < 32 ? [(byte)(0xa0 | utf8.Length), .. utf8] : [0xd9, (byte)utf8.Length, .. utf8]);
    }
}
