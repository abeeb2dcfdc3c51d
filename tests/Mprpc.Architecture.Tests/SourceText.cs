using System.Text.RegularExpressions;

namespace Mprpc.Architecture.Tests;

/// <summary>A file of C# as far as names tell: what it declares, and what it may refer to. Lexical, so that no compilation is needed.</summary>
internal sealed partial class SourceText
{
    // What may stand before the name of a type; after any other word, a name is that of a member.
    private static readonly HashSet<string> _beforeTypes =
    [
        "new", "is", "as", "not", "or", "and", "return", "case", "in", "out", "ref", "when", "throw", "class", "record", "struct", "interface", "readonly",
        "static",
        "public", "private", "internal", "protected", "override", "abstract", "sealed", "const", "params", "await", "using", "where", "else", "required",
        "delegate",
        "unsafe", "partial", "virtual", "init", "typeof", "nameof", "default", "this",
    ];

    public SourceText(string text)
    {
        string code = Quoted().Replace(text, Holes);

        Declared = [.. TopLevel(code)];
        Referred = [.. Names(EnumBody().Replace(code, " "))];
    }

    /// <summary>The types that the file declares outside of others.</summary>
    public IReadOnlyCollection<string> Declared { get; }

    /// <summary>The names that may be those of types: not members that are declared or called, and nothing behind a point.</summary>
    public IReadOnlyCollection<string> Referred { get; }

    /// <summary>Comments and strings hold no code, but for what an interpolated string puts in.</summary>
    private static string Holes(Match quoted)
        => quoted.Value.StartsWith('$') ? $" {string.Join(' ', Hole().Matches(quoted.Value).Select(hole => hole.Groups[1].Value))} " : " ";

    private static IEnumerable<string> TopLevel(string code)
    {
        int depth = 0;

        foreach (Match match in DeclarationOrBrace().Matches(code))
        {
            switch (match.Value)
            {
                case "{":
                    depth++;
                    break;
                case "}":
                    depth--;
                    break;
                default:
                    if (depth == 0)
                    {
                        yield return match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value;
                    }

                    break;
            }
        }
    }

    private static IEnumerable<string> Names(string code) => Name().Matches(code).Where(name => !IsMember(code, name)).Select(name => name.Value).Distinct();

    private static bool IsMember(string code, Match name)
    {
        string before = WordBefore(code, name.Index);
        int at = SkipSpace(code, name.Index + name.Length);

        // A method that is declared or called, also a generic one; not an object that is made, a base's constructor or an attribute.
        if (CharAt(code, SkipArguments(code, at)) == '(' && before is not ("new" or ":" or "," or "["))
        {
            return true;
        }

        // A property or a field, after its type.
        bool mayEndDeclaration = CharAt(code, at) is '{' or ';' or '=';
        return mayEndDeclaration && (before is ">" or "?" or "]" || (before.Length > 0 && IsWord(before[0]) && !_beforeTypes.Contains(before)));
    }

    private static string WordBefore(string code, int index)
    {
        int end = index;

        while (end > 0 && char.IsWhiteSpace(code[end - 1]))
        {
            end--;
        }

        int start = end;

        while (start > 0 && IsWord(code[start - 1]))
        {
            start--;
        }

        return start < end ? code[start..end] : end > 0 ? code[(end - 1)..end] : "";
    }

    /// <summary>Behind the type arguments that begin here; the same place where none do.</summary>
    private static int SkipArguments(string code, int at)
    {
        int depth = 0;

        for (int i = at; i < code.Length; i++)
        {
            switch (code[i])
            {
                case '<':
                    depth++;
                    break;
                case '>' when depth == 1:
                    return SkipSpace(code, i + 1);
                case '>':
                    depth--;
                    break;
                case ';' or '{' or '}':
                    return at;
            }

            if (depth == 0)
            {
                return at;
            }
        }

        return at;
    }

    private static int SkipSpace(string code, int at)
    {
        while (at < code.Length && char.IsWhiteSpace(code[at]))
        {
            at++;
        }

        return at;
    }

    private static char CharAt(string code, int at) => at < code.Length ? code[at] : '\0';

    private static bool IsWord(char letter) => char.IsLetterOrDigit(letter) || letter == '_';

    [GeneratedRegex("""
        //[^\n]*|/\*[\s\S]*?\*/|\$*"{3,}[\s\S]*?"{3,}|(?:\$@|@\$?)"(?:""|[^"])*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\])+'
        """)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record(?:\s+struct|\s+class)?)\s+(\w+)|\bdelegate\s+[\w<>?,.\[\] ]+?\s+(\w+)\s*[<(]|[{}]")]
    private static partial Regex DeclarationOrBrace();

    [GeneratedRegex(@"\benum\s+\w+[^{;]*\{[^}]*\}")]
    private static partial Regex EnumBody();

    [GeneratedRegex(@"(?<![\w.])[A-Za-z_]\w*")]
    private static partial Regex Name();
}
