using System.CommandLine;
using Mprpc.Tool.Descriptions;
using Mprpc.Tool.Output;
using Mprpc.Tool.Peers;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc schema URL</c></summary>
internal sealed class SchemaCommand : ToolCommand
{
    private readonly PeerOptions _peer = new();

    public SchemaCommand()
        : base("schema", "Prints the whole description as JSON: what 'mprpc generate' reads.")
        => _peer.AddTo(this);

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        PeerSettings settings = _peer.Read(parsed);
        await using Peer peer = await Peer.ConnectAsync(settings, cancellationToken);
        string json = await peer.DescribeAsync(cancellationToken);
        MethodCache.Keep(settings.Url, DescriptionReader.Read(json));
        terminal.WriteLine(json);
        return ExitCode.Success;
    }
}
