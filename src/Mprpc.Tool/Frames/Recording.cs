using System.Diagnostics;
using System.Globalization;

namespace Mprpc.Tool.Frames;

/// <summary>
/// A file with each message as it was, and when: a line of JSON each, <c>{"at":seconds,"connection":1,"from":"client","frame":hexadecimal}</c>. Safe for
/// concurrent calls.
/// </summary>
internal sealed class Recording(string path, long started) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _file = new(path) { AutoFlush = true, NewLine = "\n" };

    public void Write(int connection, string from, ReadOnlyMemory<byte> frame)
    {
        string hex = Convert.ToHexStringLower(frame.Span);

        lock (_lock)
        {
            double at = Stopwatch.GetElapsedTime(started).TotalSeconds;
            _file.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $$"""{"at":{{at:F6}},"connection":{{connection}},"from":"{{from}}","frame":"{{hex}}"}"""));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
        }
    }
}
