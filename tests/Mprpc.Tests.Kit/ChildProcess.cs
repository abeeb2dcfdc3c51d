using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Mprpc.Tests.Kit;

/// <summary>A process whose output is kept, and which does not outlive its test; nor do its children.</summary>
public sealed class ChildProcess : IAsyncDisposable
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

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="expectedLine">How the line begins that <see cref="WaitForLineAsync"/> waits for.</param>
    /// <param name="input">What it reads on its standard input, or null.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="keepsInput">Whether its standard input stays open, for <see cref="TypeAsync"/>.</param>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, string? expectedLine = null, string? input = null,
        IReadOnlyDictionary<string, string>? environment = null, bool keepsInput = false)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };

        // What the tests' own environment says of addresses is not meant for the programs under test.
        foreach (string name in start.Environment.Keys.Where(IsAboutHosting).ToList())
        {
            start.Environment.Remove(name);
        }

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
        child._process.StandardInput.Write(input);

        if (!keepsInput)
        {
            child._process.StandardInput.Close();
        }

        return child;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it has written to its standard output.</returns>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string? input = null)
    {
        await using ChildProcess child = Start(program, arguments, input: input);
        await child.WaitForExitAsync();

        Assert.True(child.ExitCode == 0, $"{program} ended with {child.ExitCode}: {child.Output}{child.Errors}");
        return child.Output;
    }

    /// <summary>Writes a line to its standard input, as someone at a console does.</summary>
    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line).InTime();
        await _process.StandardInput.FlushAsync().InTime();
    }

    /// <summary>Ends its standard input.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Waits for the expected line.</summary>
    /// <returns>The whole line.</returns>
    public async Task<string> WaitForLineAsync(TimeSpan? within = null)
    {
        Task first = await Task.WhenAny(_expected.Task, _process.WaitForExitAsync()).WaitAsync(within ?? Bounded.Time);

        Assert.True(first == _expected.Task, $"{_process.StartInfo.FileName} ended too early: {Output}{Errors}");
        return await _expected.Task;
    }

    public Task WaitForExitAsync(TimeSpan? within = null) => _process.WaitForExitAsync().WaitAsync(within ?? Bounded.Time);

    /// <summary>
    /// What Ctrl-C sends. A process that was started in the background of a script ignores it, and so do its children: there the test is skipped.
    /// </summary>
    public Task InterruptAsync()
    {
        const long Interrupt = 1 << (2 - 1);
        string status = $"/proc/{_process.Id}/status";
        string? ignored = File.Exists(status)
            ? File.ReadLines(status).Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)).Split('\t')[1]
            : null;
        Assert.SkipWhen(
            ignored is not null
                && (Convert.ToInt64(ignored, 16) & Interrupt) != 0, "SIGINT is ignored by the processes of this test run; run it in the foreground.");
        return SignalAsync("-INT");
    }

    /// <summary>What a service manager or a container's runtime sends.</summary>
    public Task TerminateAsync() => SignalAsync("-TERM");

    /// <summary>Stops it where it is: its system still takes what is sent to it.</summary>
    public Task PauseAsync() => SignalAsync("-STOP");

    /// <summary>Lets it go on after <see cref="PauseAsync"/>.</summary>
    public Task ResumeAsync() => SignalAsync("-CONT");

    /// <summary>Ends it at once, as a crash does.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().InTime();
    }

    /// <summary>The TCP ports that the process itself listens on, as Linux tells them.</summary>
    public IReadOnlyList<int> ListeningPorts()
    {
        const string Listening = "0A";
        HashSet<string?> sockets = [.. Directory.GetFiles($"/proc/{_process.Id}/fd").Select(file => new FileInfo(file).LinkTarget)];

        return
        [
            .. new[] { "/proc/net/tcp", "/proc/net/tcp6" }
                .Where(File.Exists)
                .SelectMany(table => File.ReadLines(table).Skip(1))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(columns => columns[3] == Listening && sockets.Contains($"socket:[{columns[9]}]"))
                .Select(columns => Convert.ToInt32(columns[1].Split(':')[1], 16))
                .Order(),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private Task<string> SignalAsync(string signal) => RunAsync("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);

    private static bool IsAboutHosting(string variable)
        => variable.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase) || variable.Equals("URLS", StringComparison.OrdinalIgnoreCase);

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
