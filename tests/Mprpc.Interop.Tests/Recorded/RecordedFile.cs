namespace Mprpc.Interop.Tests.Recorded;

/// <summary>The conversations of tests/Mprpc.Conformance/Recorded, which says how a line is written.</summary>
/// <remarks>Not safe for concurrent use: each test reads it anew.</remarks>
internal sealed class RecordedFile
{
    private const char Comment = '#';
    private const string Answer = "< ";

    private readonly string[] _lines;
    private readonly Dictionary<int, RecordedStep> _steps = [];

    private RecordedFile(string[] lines) => _lines = lines;

    public static string Path => Repository.PathOf("tests/Mprpc.Conformance/Recorded/before-extensions.txt");

    public List<RecordedConversation> Conversations { get; } = [];

    public static RecordedFile Read()
    {
        var file = new RecordedFile(File.ReadAllLines(Path));

        for (int i = 0; i < file._lines.Length; i++)
        {
            file.ReadLine(i);
        }

        return file;
    }

    public RecordedConversation Find(string role, string name) => Conversations.Single(one => one.Role == role && one.Name == name);

    /// <summary>Writes what was heard in place of what stands there; all else stays as it is.</summary>
    public void Write()
    {
        List<string> lines = [];

        for (int i = 0; i < _lines.Length; i++)
        {
            if (!_lines[i].StartsWith(Answer, StringComparison.Ordinal))
            {
                lines.Add(_lines[i]);
            }

            if (_steps.TryGetValue(i, out RecordedStep? step))
            {
                lines.AddRange(step.Answers.Select(answer => Answer + answer));
            }
        }

        File.WriteAllLines(Path, lines);
    }

    private void ReadLine(int index)
    {
        string line = _lines[index];
        string[] words = line.Split(' ', 2);
        string text = words.Length > 1 ? words[1] : "";

        if (line.Length == 0 || line[0] == Comment)
        {
            return;
        }

        if (words[0] is RecordedConversation.Server or RecordedConversation.Client)
        {
            Conversations.Add(new RecordedConversation(words[0], text));
        }
        else if (line.StartsWith(Answer, StringComparison.Ordinal))
        {
            Conversations[^1].Steps[^1].Answers.Add(text);
        }
        else
        {
            var step = new RecordedStep(words[0], text);
            Conversations[^1].Steps.Add(step);
            _steps.Add(index, step);
        }
    }
}
