using System.Text.Json;
using Mprpc.Serialization.Json;

namespace Mprpc.Tool.Output;

/// <summary>Columns of text: the same on a terminal and in a pipe.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    /// <summary>A list of maps as a row each, a map as a line for each key; null for anything else.</summary>
    public static IEnumerable<string>? Of(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Form.MaxJsonDepth });
        JsonElement root = document.RootElement;

        if (root.ValueKind == JsonValueKind.Object)
        {
            return Lines([.. root.EnumerateObject().Select(member => new[] { member.Name, Cell(member.Value) })]);
        }
        else if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() == 0 || root.EnumerateArray().Any(row => row.ValueKind != JsonValueKind.Object))
        {
            return null;
        }

        string[] columns = [.. root.EnumerateArray().SelectMany(row => row.EnumerateObject().Select(member => member.Name)).Distinct()];
        return Lines(
        [
            columns,
            .. root.EnumerateArray().Select(row => columns.Select(column => row.TryGetProperty(column, out JsonElement value) ? Cell(value) : "").ToArray()),
        ]);
    }

    /// <summary>Rows of equal length, each column as wide as its widest cell.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<string[]> rows)
    {
        int columns = rows.Count == 0 ? 0 : rows.Max(row => row.Length);
        int[] widths = [.. Enumerable.Range(0, columns).Select(column => rows.Max(row => column < row.Length ? row[column].Length : 0))];
        return [.. rows.Select(row => string.Join(Gap, row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd())];
    }

    private static string Cell(JsonElement value)
        => value.ValueKind == JsonValueKind.String && IsOneLine(value.GetString()!) ? value.GetString()! : value.GetRawText();

    private static bool IsOneLine(string text) => !text.Any(char.IsControl);
}
