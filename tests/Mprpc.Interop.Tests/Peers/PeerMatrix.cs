using System.Collections.Concurrent;
using System.Text;

namespace Mprpc.Interop.Tests.Peers;

/// <summary>Collects what the peers' tests have seen, and writes it to artifacts/interop-matrix.md after the last.</summary>
[CollectionDefinition(Name)]
public sealed class PeerMatrix : ICollectionFixture<PeerMatrix>, IDisposable
{
    public const string Name = "Peers";
    public const string Client = "client";
    public const string Server = "server";

    public static readonly IReadOnlyList<string> Cases =
    [
        "sum", "error", "unknown_method", "text_ascii", "text_japanese", "text_40", "text_70000", "binary_all_bytes", "binary_1mib", "nested", "integers",
        "float32", "float64", "nil", "booleans", "ext", "timestamp", "concurrent_1000", "notify_then_read", "reconnect",
    ];

    private readonly ConcurrentDictionary<(string Peer, string Role), IReadOnlyList<Cell>> _seen = [];

    /// <summary>Keeps a peer's cells.</summary>
    /// <returns>Red cells that docs/interop.md does not explain, cases that are missing, and explanations of what is not red.</returns>
    public IReadOnlyList<string> Add(string peer, string role, IReadOnlyList<Cell> cells)
    {
        _seen[(peer, role)] = cells;
        return
        [
            .. cells.Where(cell => cell.Verdict == CellVerdict.Red && InteropDocument.Explains(peer, role, cell.Case) is null)
                .Select(cell => $"{peer} as {role}, {cell.Case}: {cell.Detail}"),
            .. Cases.Except(cells.Select(cell => cell.Case)).Select(name => $"{peer} as {role}, {name}: not reported"),
            .. cells.Where(
                cell => cell.Verdict == CellVerdict.Ok && InteropDocument.Explains(peer, role, cell.Case) is { } why
                    && !why.Contains("by chance", StringComparison.Ordinal))
                .Select(cell => $"{peer} as {role}, {cell.Case}: it works, though {InteropDocument.Name} says that it cannot"),
        ];
    }

    public void Dispose()
    {
        if (_seen.IsEmpty)
        {
            return;
        }

        var text = new StringBuilder();
        Write(text, Client, "Peers as clients of our server");
        Write(text, Server, "Peers as servers of our client");
        string path = Repository.PathOf("artifacts/interop-matrix.md");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.ToString());
    }

    private void Write(StringBuilder text, string role, string heading)
    {
        string[] peers = [.. PeerCommand.Names.Where(peer => _seen.ContainsKey((peer, role)))];

        if (peers.Length == 0)
        {
            return;
        }

        int first = Cases.Max(name => name.Length);
        text.AppendLine($"## {heading}").AppendLine();
        text.AppendLine($"| {"".PadRight(first)} | {string.Join(" | ", peers)} |");
        text.AppendLine($"|{new string('-', first + 2)}|{string.Concat(peers.Select(peer => new string('-', peer.Length + 2) + "|"))}");

        foreach (string name in Cases)
        {
            text.AppendLine($"| {name.PadRight(first)} | {string.Join(" | ", peers.Select(peer => Mark(CellOf(peer, role, name)).PadRight(peer.Length)))} |");
        }

        text.AppendLine();

        foreach (string peer in peers)
        {
            foreach (Cell cell in _seen[(peer, role)].Where(cell => cell.Verdict != CellVerdict.Ok))
            {
                string why = cell.Verdict == CellVerdict.Red ? InteropDocument.Explains(peer, role, cell.Case) ?? $"NOT EXPLAINED: {cell.Detail}" : cell.Detail;
                text.AppendLine($"- {peer}, {cell.Case} ({Mark(cell)}): {why}");
            }
        }

        text.AppendLine();
    }

    private static string Mark(Cell? cell) => cell?.Verdict switch
    {
        CellVerdict.Ok => "ok",
        CellVerdict.Red => "RED",
        CellVerdict.Skip => "-",
        _ => "?",
    };

    private Cell? CellOf(string peer, string role, string name) => _seen[(peer, role)].FirstOrDefault(cell => cell.Case == name);
}
