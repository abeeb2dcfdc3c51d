using System.Diagnostics;
using System.Text.Json;

namespace Mprpc.Comparison.Roles;

/// <summary>A server or client process, asked line by line. It ends when its stdin is closed, so it never outlives the parent.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Starts a role of this program, or of another build of it.</summary>
    /// <param name="program">The other build's Mprpc.Comparison.dll; null: this program.</param>
    /// <param name="arguments">The role and what it needs.</param>
    public static ChildProcess Start(string? program, params string[] arguments)
    {
        bool isHosted = program is not null || Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        var start = new ProcessStartInfo(program is null ? Environment.ProcessPath! : "dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (isHosted)
        {
            start.ArgumentList.Add(program ?? typeof(ChildProcess).Assembly.Location);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new ChildProcess(Process.Start(start)!);
    }

    public async Task<string> ReadLineAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return line ?? throw new IOException("The process ended without an answer.");
    }

    public async Task<T> AskAsync<T>(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        return JsonSerializer.Deserialize<T>(await ReadLineAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception exception) when (exception is TimeoutException or IOException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
