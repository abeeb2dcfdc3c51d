using System.Globalization;
using System.Text;

namespace Mprpc.Tool.Generation;

/// <summary>Names of one scope in the target language: each is used once, and none is one of its keywords.</summary>
/// <param name="keywords">The keywords.</param>
/// <param name="escape">What makes a keyword a name.</param>
/// <param name="taken">Names that are in use already.</param>
internal sealed class Identifiers(IReadOnlySet<string> keywords, Func<string, string> escape, params IEnumerable<string> taken)
{
    private readonly HashSet<string> _used = [.. taken];

    /// <summary>The name, or with a number at its end if it is in use.</summary>
    public string Take(string wanted)
    {
        string name = wanted;

        for (int number = 2; !_used.Add(name); number++)
        {
            name = wanted + number.ToString(CultureInfo.InvariantCulture);
        }

        return keywords.Contains(name) ? escape(name) : name;
    }

    /// <summary>calc.get_user: CalcGetUser</summary>
    public static string Pascal(string name) => Safe(string.Concat(Words(name).Select(word => char.ToUpperInvariant(word[0]) + word[1..])));

    /// <summary>calc.get_user: calcGetUser</summary>
    public static string Camel(string name)
    {
        string pascal = Pascal(name);
        return char.ToLowerInvariant(pascal[0]) + pascal[1..];
    }

    /// <summary>calc.GetUser: calc_get_user</summary>
    public static string Snake(string name)
    {
        var snake = new StringBuilder();

        foreach (string word in Words(name))
        {
            for (int i = 0; i < word.Length; i++)
            {
                bool begins = i == 0 ? snake.Length > 0 : char.IsUpper(word[i]) && !char.IsUpper(word[i - 1]);
                snake.Append(begins ? "_" : "").Append(char.ToLowerInvariant(word[i]));
            }
        }

        return Safe(snake.ToString());
    }

    /// <summary>Whether it is a name as it stands, in all three languages.</summary>
    public static bool IsPlain(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>The name in letters, digits and underscores.</summary>
    public static string Safe(string name)
    {
        string safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_'));
        return safe.Length == 0 ? "_" : char.IsAsciiDigit(safe[0]) ? "_" + safe : safe;
    }

    private static string[] Words(string name)
        => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
