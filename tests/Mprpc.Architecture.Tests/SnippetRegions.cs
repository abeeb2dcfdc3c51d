using System.Text.RegularExpressions;

namespace Mprpc.Architecture.Tests;

/// <summary>
/// The code that documents show: in a file of the samples, the lines between <c>// snippet: NAME</c> and <c>// end snippet</c>. Regions of one name in one file
/// are parts of one snippet, with an empty line between them: a class may stand below the statements that use it.
/// </summary>
internal sealed partial class SnippetRegions
{
    private readonly Dictionary<string, (string File, string Code)> _snippets = new(StringComparer.Ordinal);

    /// <param name="files">Path and text of each file.</param>
    public SnippetRegions(IEnumerable<(string Path, string Text)> files)
    {
        foreach ((string path, string text) in files)
        {
            Read(path, text.ReplaceLineEndings("\n").Split('\n'));
        }
    }

    public IEnumerable<string> Names => _snippets.Keys;

    /// <summary>What is wrong with the marks themselves.</summary>
    public List<string> Wrong { get; } = [];

    public bool TryGet(string name, out string file, out string code)
    {
        bool found = _snippets.TryGetValue(name, out (string File, string Code) snippet);
        (file, code) = found ? snippet : ("", "");
        return found;
    }

    /// <summary>The lines without the indentation that all of them share, spaces at their ends, and empty lines around them.</summary>
    public static string Normalize(IEnumerable<string> lines)
    {
        string[] trimmed = [.. lines.Select(line => line.TrimEnd())];
        int indentation = trimmed.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();

        return string.Join('\n', trimmed.Select(line => line.Length > 0 ? line[indentation..] : line)).Trim('\n');
    }

    private void Read(string path, string[] lines)
    {
        string? open = null;
        int first = 0;

        for (int i = 0; i < lines.Length; i++)
        {
            Match begin = Begin().Match(lines[i]);
            bool ends = End().IsMatch(lines[i]);

            if (ends && open is null)
            {
                Wrong.Add($"{path}:{i + 1}: no snippet is open here");
            }
            else if (begin.Success && open is not null)
            {
                Wrong.Add($"{path}:{i + 1}: snippet \"{open}\" has not ended; put \"// end snippet\" before this line");
            }
            else if (begin.Success)
            {
                (open, first) = (begin.Groups[1].Value, i + 1);
            }
            else if (ends)
            {
                Add(open!, path, first, Normalize(lines[first..i]));
                open = null;
            }
        }

        if (open is not null)
        {
            Wrong.Add($"{path}:{first}: snippet \"{open}\" has no end; put \"// end snippet\" behind its last line");
        }
    }

    private void Add(string name, string path, int line, string code)
    {
        if (!_snippets.TryGetValue(name, out (string File, string Code) before))
        {
            _snippets[name] = (path, code);
        }
        else if (before.File == path)
        {
            _snippets[name] = (path, $"{before.Code}\n\n{code}");
        }
        else
        {
            Wrong.Add($"{path}:{line}: snippet \"{name}\" is in {before.File} already; its parts must be in one file");
        }
    }

    [GeneratedRegex(@"^\s*// snippet: (\S+)\s*$")]
    private static partial Regex Begin();

    [GeneratedRegex(@"^\s*// end snippet\s*$")]
    private static partial Regex End();
}
