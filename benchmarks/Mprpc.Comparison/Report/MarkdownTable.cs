using System.Text;

namespace Mprpc.Comparison.Report;

/// <summary>A Markdown table whose columns line up, so that it reads well on a console too. The first column is text, the others are numbers.</summary>
internal sealed class MarkdownTable(params string[] header)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] row) => _rows.Add(row);

    public override string ToString()
    {
        int[] widths = [.. header.Select((title, column) => _rows.Select(row => row[column].Length).Append(title.Length).Append(3).Max())];
        var text = new StringBuilder();
        AppendRow(text, header, widths);
        text.Append('|');
        for (int column = 0; column < widths.Length; column++)
        {
            text.Append(column == 0 ? ":" : " ").Append('-', widths[column]).Append(column == 0 ? " |" : ":|");
        }

        text.AppendLine();
        foreach (string[] row in _rows)
        {
            AppendRow(text, row, widths);
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, string[] row, int[] widths)
    {
        text.Append('|');
        for (int column = 0; column < row.Length; column++)
        {
            string cell = column == 0 ? row[column].PadRight(widths[column]) : row[column].PadLeft(widths[column]);
            text.Append(' ').Append(cell).Append(" |");
        }

        text.AppendLine();
    }
}
