using System.Diagnostics;
using System.Text.RegularExpressions;
using Mprpc.Client;

namespace Mprpc.Aot.Tests;

/// <summary>The sample in a process of its own, on a port that the system has chosen, and a client of it.</summary>
internal sealed partial class RunningSample : IAsyncDisposable
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly long _started;
    private Task _reading = Task.CompletedTask;

    private RunningSample(Process process, long started, string address)
    {
        _process = process;
        _started = started;
        Address = address;
        Client = new MprpcClient(address);
    }

    public string Address { get; }

    public MprpcClient Client { get; }

    /// <summary>Since just before the process was started.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>What the process has in memory now, in bytes.</summary>
    public long ResidentMemory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static Task<RunningSample> StartNativeAsync(string binary, params string[] arguments) => StartAsync(binary, arguments);

    public static Task<RunningSample> StartManagedAsync(string assembly) => StartAsync("dotnet", assembly);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await EndAsync(_process);
        await _reading.WaitAsync(Time);
        _process.Dispose();
    }

    private static async Task<RunningSample> StartAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            program, [.. arguments, "--listen", "tcp://127.0.0.1:0", "--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true };
        long started = Stopwatch.GetTimestamp();
        Process process = Process.Start(start)!;

        try
        {
            string url = await ReadUrlAsync(process).WaitAsync(Time);
            var sample = new RunningSample(process, started, url);
            sample._reading = process.StandardOutput.ReadToEndAsync();      // so that it never waits for somebody to read its log
            return sample;
        }
        catch
        {
            await EndAsync(process);
            process.Dispose();
            throw;
        }
    }

    private static async Task<string> ReadUrlAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Url().Match(line) is { Success: true } found)
            {
                return found.Value;
            }
        }

        throw new InvalidOperationException("The sample ended without saying where it listens.");
    }

    private static async Task EndAsync(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(Time);
        }
    }

    [GeneratedRegex(@"tcp://127\.0\.0\.1:\d+")]
    private static partial Regex Url();
}
