using System.CommandLine;
using Mprpc.Tool.Descriptions;
using Mprpc.Tool.Output;
using Mprpc.Tool.Peers;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc describe URL [METHOD]</c></summary>
internal sealed class DescribeCommand : ToolCommand
{
    private readonly PeerOptions _peer = new();
    private readonly Argument<string?> _method = new("METHOD") { Description = "One method; without it, all.", Arity = ArgumentArity.ZeroOrOne };

    public DescribeCommand()
        : base("describe", "Describes methods: parameters, result, documentation, types.")
    {
        _peer.AddTo(this);
        Arguments.Add(_method);
        MethodCompletion.AddTo(_method, _peer.Url);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        PeerSettings settings = _peer.Read(parsed);
        await using Peer peer = await Peer.ConnectAsync(settings, cancellationToken);
        ServerDescription server = DescriptionReader.Read(await peer.DescribeAsync(cancellationToken));
        MethodCache.Keep(settings.Url, server);
        terminal.WriteLine(MethodText.Describe(server, parsed.GetValue(_method)));
        return ExitCode.Success;
    }
}
