using System.Text;
using System.Text.Json;
using Mprpc.Serialization.Json;

namespace Mprpc.Tool.Output;

/// <summary>JSON for a terminal: keys, texts, numbers and words in colours of their own.</summary>
internal static class JsonColours
{
    private const string Key = "\e[34m";
    private const string Text = "\e[32m";
    private const string Number = "\e[36m";
    private const string Word = "\e[35m";
    private const string Off = "\e[0m";

    public static string Apply(string json)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Form.MaxJsonDepth });
        var coloured = new StringBuilder();
        int written = 0;

        while (reader.Read())
        {
            string? colour = reader.TokenType switch
            {
                JsonTokenType.PropertyName => Key,
                JsonTokenType.String => Text,
                JsonTokenType.Number => Number,
                JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null => Word,
                _ => null,
            };

            if (colour is null)
            {
                continue;
            }

            // The span of a text is without its quotes.
            int quote = reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String ? 1 : 0;
            int start = (int)reader.TokenStartIndex;
            int end = start + reader.ValueSpan.Length + (2 * quote);
            coloured.Append(Encoding.UTF8.GetString(utf8, written, start - written))
                .Append(colour).Append(Encoding.UTF8.GetString(utf8, start, end - start)).Append(Off);
            written = end;
        }

        return coloured.Append(Encoding.UTF8.GetString(utf8, written, utf8.Length - written)).ToString();
    }
}
