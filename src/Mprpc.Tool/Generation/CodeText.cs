using System.Text;

namespace Mprpc.Tool.Generation;

/// <summary>Lines of code, with an indentation.</summary>
/// <param name="indentation">What a level is indented by.</param>
internal sealed class CodeText(string indentation)
{
    private readonly StringBuilder _text = new();
    private int _level;

    public CodeText Line(string line = "")
    {
        if (line.Length > 0)
        {
            _text.Insert(_text.Length, indentation, _level).Append(line);
        }

        _text.Append('\n');
        return this;
    }

    public CodeText Lines(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            Line(line);
        }

        return this;
    }

    /// <summary>What is written inside is one level deeper.</summary>
    public void Inside(Action write)
    {
        _level++;
        write();
        _level--;
    }

    public override string ToString() => _text.ToString().TrimEnd('\n') + "\n";

    /// <summary>A text of a peer as lines of a comment: nothing in it ends the comment.</summary>
    public static IEnumerable<string> LinesOf(string? text)
        => (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c)));
}
