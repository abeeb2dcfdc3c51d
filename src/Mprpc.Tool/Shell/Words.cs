namespace Mprpc.Tool.Shell;

/// <summary>Splits a line at its blanks, but not within quotes, brackets and braces: JSON is one word, with its quotes; '...' is one without.</summary>
internal static class Words
{
    /// <exception cref="FormatException">A quote, bracket or brace is not closed.</exception>
    public static List<string> Split(string line)
    {
        List<string> words = [];
        int position = 0;

        while (true)
        {
            while (position < line.Length && char.IsWhiteSpace(line[position]))
            {
                position++;
            }

            if (position == line.Length)
            {
                return words;
            }

            words.Add(line[position] == '\'' ? Quoted(line, ref position) : Word(line, ref position));
        }
    }

    private static string Quoted(string line, ref int position)
    {
        int end = line.IndexOf('\'', position + 1);

        if (end < 0)
        {
            throw new FormatException("The line has a ' that is not closed.");
        }

        string word = line[(position + 1)..end];
        position = end + 1;
        return word;
    }

    private static string Word(string line, ref int position)
    {
        int start = position;
        int open = 0;
        bool isInText = false;

        for (; position < line.Length && (isInText || open > 0 || !char.IsWhiteSpace(line[position])); position++)
        {
            switch (line[position])
            {
                case '\\' when isInText:
                    position++;
                    break;
                case '"':
                    isInText = !isInText;
                    break;
                case '[' or '{' when !isInText:
                    open++;
                    break;
                case ']' or '}' when !isInText && open > 0:
                    open--;
                    break;
                default:
                    break;
            }
        }

        return isInText || open > 0 || position > line.Length
            ? throw new FormatException("The line has a \", [ or { that is not closed. Within '...' they mean themselves.")
            : line[start..position];
    }
}
