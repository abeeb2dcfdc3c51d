using Mprpc.Serialization.Json;
using Mprpc.Tool.Output;
using Mprpc.Tool.Values;

namespace Mprpc.Tool.Imitation;

/// <summary>The answers of a peer that is imitated: by method, one after the other; the last one again and again.</summary>
internal sealed class Answers
{
    private const string ErrorMark = "!";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<Answer>> _answers = new(StringComparer.Ordinal);

    /// <param name="lines"><c>method=result</c>, or <c>method!=error</c>; values as arguments of a call.</param>
    /// <param name="encoder">Encodes them as the peer reads them.</param>
    /// <exception cref="ToolException">A line is neither.</exception>
    public static Answers Parse(IEnumerable<string> lines, JsonToMessagePack encoder)
    {
        var answers = new Answers();
        var reader = new ArgumentReader(encoder, ArgumentMode.Guess, static () => Stream.Null);

        foreach (string line in lines)
        {
            int end = line.IndexOf('=', StringComparison.Ordinal);

            if (end < 1 || line[..end] == ErrorMark)
            {
                throw new ToolException($"'{line}' is not an answer. Write METHOD=RESULT, or METHOD!=ERROR for an error.");
            }

            bool isError = line[..end].EndsWith(ErrorMark, StringComparison.Ordinal);
            MprpcRaw value = reader.Read(line[(end + 1)..]);
            answers.Add(line[..(isError ? end - 1 : end)], isError ? new Answer(value, default) : new Answer(default, value));
        }

        return answers;
    }

    /// <summary>The lines of a script: empty ones and those with a # are left out.</summary>
    /// <exception cref="ToolException">The file cannot be read.</exception>
    public static IEnumerable<string> LinesOf(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith('#'))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"Cannot read the script '{path}': {exception.Message}", innerException: exception);
        }
    }

    /// <summary>The next answer of a method, or null: there is none.</summary>
    public Answer? Next(string method)
    {
        lock (_lock)
        {
            return !_answers.TryGetValue(method, out Queue<Answer>? queue) ? null : queue.Count > 1 ? queue.Dequeue() : queue.Peek();
        }
    }

    private void Add(string method, Answer answer)
    {
        if (!_answers.TryGetValue(method, out Queue<Answer>? queue))
        {
            _answers[method] = queue = new Queue<Answer>();
        }

        queue.Enqueue(answer);
    }
}
