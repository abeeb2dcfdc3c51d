using Mprpc.Interop.Tests.Conformance;

namespace Mprpc.Interop.Tests.Peers;

/// <summary>Real implementations, each with the preset of its name: as clients of our server, and as servers of our client.</summary>
[Collection(PeerMatrix.Name)]
public sealed class PeerTests(PeerMatrix matrix, ConformanceServer server, ITestOutputHelper output)
{
    private static readonly TimeSpan s_clientRun = TimeSpan.FromMinutes(3);

    public static TheoryData<string> Clients => [.. PeerCommand.Names.DefaultIfEmpty("none")];

    public static TheoryData<string> Servers => [.. PeerCommand.Names.Where(Peer.HasServer).DefaultIfEmpty("none")];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Peer_AsClientOfOurServer_DoesWhatItCan(string peer)
    {
        await PeerCommand.RequireAsync(peer);
        int port = server.EndpointOf(Peer.PresetOf(peer)).Port;

        await using ChildProcess client = PeerCommand.Start(expectedLine: null, peer, "client", ConformanceServer.Host, $"{port}");
        await client.WaitForExitAsync(s_clientRun);

        IReadOnlyList<Cell> cells = [.. client.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(CellOf)];
        Report(peer, PeerMatrix.Client, cells, client.Errors);
        Assert.True(client.ExitCode == 0 || cells.Any(cell => cell.Verdict == CellVerdict.Red), $"Exit code {client.ExitCode}: {client.Errors}");
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Peer_AsServerOfOurClient_DoesWhatItCan(string peer)
    {
        await PeerCommand.RequireAsync(peer);
        await using PeerServer peerServer = await PeerServer.StartAsync(peer);

        IReadOnlyList<Cell> cells = await PeerServerCases.RunAsync(peerServer, Peer.DialectOf(peer));

        Report(peer, PeerMatrix.Server, cells, peerServer.Errors);
    }

    private static Cell CellOf(string line)
    {
        string[] parts = line.TrimEnd('\r').Split('\t');
        CellVerdict verdict = parts.ElementAtOrDefault(1) switch
        {
            "ok" => CellVerdict.Ok,
            "skip" => CellVerdict.Skip,
            _ => CellVerdict.Red,
        };
        return new Cell(parts[0], verdict, parts.ElementAtOrDefault(2) ?? line);
    }

    private void Report(string peer, string role, IReadOnlyList<Cell> cells, string errors)
    {
        foreach (Cell cell in cells)
        {
            output.WriteLine($"{peer} as {role}, {cell.Case}: {cell.Verdict} {cell.Detail}");
        }

        IReadOnlyList<string> wrong = matrix.Add(peer, role, cells);
        Assert.True(wrong.Count == 0, string.Join('\n', [.. wrong, errors]));
    }
}
