using System.Text;

namespace Mprpc.Tool.Output;

/// <summary>Where the tool writes: results to the standard output, everything else to the standard error.</summary>
internal sealed class Terminal : IDisposable
{
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Lock _lock = new();

    /// <summary>Whether the standard output is a terminal, with somebody before it.</summary>
    public bool IsInteractive { get; } = !Console.IsOutputRedirected;

    /// <summary>Whether to write colours: on a terminal, unless NO_COLOR is set (https://no-color.org).</summary>
    public bool HasColours { get; } = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public void WriteLine(string line) => Write(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Writes at once: who reads a stream of results sees each as it comes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            _output.Write(bytes);
            _output.Flush();
        }
    }

    public void WriteError(string line)
    {
        lock (_lock)
        {
            Console.Error.WriteLine(line);
        }
    }

    public void Dispose() => _output.Dispose();
}
