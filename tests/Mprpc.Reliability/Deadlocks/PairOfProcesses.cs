using System.Diagnostics;
using System.Globalization;

namespace Mprpc.Reliability.Deadlocks;

/// <summary>A server's and a client's process that run cells, one after the other.</summary>
internal sealed class PairOfProcesses : IDisposable
{
    // More than the largest cell takes on a busy machine: one that stands still is reported by the client's process before.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _processes = [];
    private readonly Dictionary<string, string> _urls = [];
    private readonly Process _client;

    /// <param name="sockets">"poller" or "portable".</param>
    /// <param name="bufferBytes">How large the buffers of all sockets are; null: as the system has them.</param>
    public PairOfProcesses(string sockets, int? bufferBytes)
    {
        try
        {
            string? library = bufferBytes is null ? null : Compile();
            Process server = Start(library, bufferBytes, "serve", sockets, _folder.PathOf(""));

            foreach (string url in ReadLine(server).Split(' ').Skip(1))
            {
                _urls.Add(url[..url.IndexOf(':', StringComparison.Ordinal)], url);
            }

            _client = Start(library, bufferBytes, "drive", sockets, _urls["tcp"]);
            Assert.Equal("ready", ReadLine(_client));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <returns>"ok", the milliseconds it took; or "failed", and what both sides say.</returns>
    public string Run(MatrixCell cell)
    {
        _client.StandardInput.WriteLine(cell.Line(_urls[cell.Transport]));
        return ReadLine(_client);
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _folder.Dispose();
    }

    private static string ReadLine(Process process)
    {
        Task<string?> line = process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(Patience), $"The process says nothing for {Patience.TotalMinutes} minutes.");
        return line.Result ?? "failed 0 The process has ended.";
    }

    /// <summary>No option of ours sets the buffers of a client's socket; the loader can.</summary>
    private string Compile()
    {
        string compiler = Requirement.Program("gcc", "gcc");
        string library = _folder.PathOf("libsmall_buffers.so");
        using var process = Process.Start(
            compiler, ["-shared", "-fPIC", "-O1", "-o", library, Paths.Repository(Path.Combine("tests", "Mprpc.Reliability.Pair", "small_buffers.c")), "-ldl"]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return library;
    }

    private Process Start(string? library, int? bufferBytes, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Paths.Pair, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };

        if (library is not null)
        {
            start.Environment["LD_PRELOAD"] = library;
            start.Environment["MPRPC_SOCKET_BUFFER"] = string.Create(CultureInfo.InvariantCulture, $"{bufferBytes}");
        }

        var process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }
}
