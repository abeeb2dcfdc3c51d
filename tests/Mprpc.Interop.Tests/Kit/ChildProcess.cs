using System.Diagnostics;
using System.Text;

namespace Mprpc.Interop.Tests.Kit;

/// <summary>A process whose output is kept, and which does not outlive its test; nor do its children.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<string> _expected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? _expectedLine;

    private ChildProcess(Process process, string? expectedLine)
    {
        _process = process;
        _expectedLine = expectedLine;
    }

    public string Output => TextOf(_output);

    public string Errors => TextOf(_errors);

    public int ExitCode => _process.ExitCode;

    public bool HasExited => _process.HasExited;

    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="expectedLine">How the line begins that <see cref="WaitForLineAsync"/> waits for.</param>
    /// <param name="environment">Variables to set.</param>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string? expectedLine = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start }, expectedLine);
        child._process.OutputDataReceived += (_, line) => child.Add(child._output, line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Add(child._errors, line.Data);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        child._process.StandardInput.Close();
        return child;
    }

    /// <summary>Waits for the expected line.</summary>
    /// <returns>The whole line.</returns>
    public async Task<string> WaitForLineAsync(TimeSpan within)
    {
        Task first = await Task.WhenAny(_expected.Task, _process.WaitForExitAsync()).WaitAsync(within);

        Assert.True(first == _expected.Task, $"{_process.StartInfo.FileName} ended too early: {Output}{Errors}");
        return await _expected.Task;
    }

    public Task WaitForExitAsync(TimeSpan within) => _process.WaitForExitAsync().WaitAsync(within);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().InTime();
        }

        _process.Dispose();
    }

    private static string TextOf(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private void Add(StringBuilder text, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (text)
        {
            text.AppendLine(line);
        }

        if (_expectedLine is not null && line.StartsWith(_expectedLine, StringComparison.Ordinal))
        {
            _expected.TrySetResult(line);
        }
    }
}
