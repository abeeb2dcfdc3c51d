using System.CommandLine;
using Mprpc.Tool.Descriptions;
using Mprpc.Tool.Output;
using Mprpc.Tool.Peers;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc list URL</c></summary>
internal sealed class ListCommand : ToolCommand
{
    private readonly PeerOptions _peer = new();
    private readonly Option<string?> _prefix = new("--prefix") { Description = "Only methods whose names begin with it.", HelpName = "TEXT" };
    private readonly Option<bool> _long = new("--long", "-l") { Description = "With parameters, result and documentation." };

    public ListCommand()
        : base("list", "Lists the methods that may be called.")
    {
        _peer.AddTo(this);
        Options.Add(_prefix);
        Options.Add(_long);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        PeerSettings settings = _peer.Read(parsed);
        await using Peer peer = await Peer.ConnectAsync(settings, cancellationToken);
        ServerDescription server = DescriptionReader.Read(await peer.DescribeAsync(cancellationToken));
        MethodCache.Keep(settings.Url, server);
        MethodDescription[] methods =
        [
            .. server.Methods.Where(method => method.Name.StartsWith(parsed.GetValue(_prefix) ?? "", StringComparison.Ordinal)),
        ];

        foreach (string line in parsed.GetValue(_long)
            ? TextTable.Lines([.. methods.Select(method => new[] { method.ToString(), MethodText.FirstLine(method) })])
            : methods.Select(method => method.Name))
        {
            terminal.WriteLine(line);
        }

        return ExitCode.Success;
    }
}
