using System.Diagnostics;

namespace Mprpc.Interop.Tests.Peers;

/// <summary>tests/peers/peer: one command line for all peers.</summary>
internal static class PeerCommand
{
    private static readonly string s_path = Repository.PathOf("tests/peers/peer");

    /// <summary>The names of all peers; empty where there is no bash to ask with.</summary>
    public static IReadOnlyList<string> Names { get; } = ReadNames();

    public static async Task RequireAsync(string peer)
    {
        Requirement.IsMet(Names.Count > 0, "bash is not installed, which tests/peers/peer is written in.");
        string missing = string.Join(", ", (await RunAsync(peer, "missing")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Requirement.IsMet(missing.Length == 0, $"{peer} is not installed, it lacks: {missing}. Run tests/peers/install.sh.");
    }

    public static ChildProcess Start(string? expectedLine, params string[] arguments) => ChildProcess.Start("bash", [s_path, .. arguments], expectedLine);

    private static async Task<string> RunAsync(params string[] arguments)
    {
        await using ChildProcess command = Start(expectedLine: null, arguments);
        await command.WaitForExitAsync(Bounded.Time);

        Assert.True(command.ExitCode == 0, command.Errors);
        return command.Output;
    }

    // Before any test runs, so that each peer is a test of its own.
    private static string[] ReadNames()
    {
        try
        {
            using Process list = Process.Start(new ProcessStartInfo("bash", [s_path, "list"]) { RedirectStandardOutput = true })!;
            return list.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return [];
        }
    }
}
