using System.CommandLine;
using Mprpc.Tool.Output;
using Mprpc.Tool.Peers;
using Mprpc.Tool.Shell;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc shell URL</c></summary>
internal sealed class ShellCommand : ToolCommand
{
    private readonly PeerOptions _peer = new();
    private readonly Option<OutputMode> _output = OutputOption.Create();

    public ShellCommand()
        : base("shell", "Makes calls, line by line, over one connection. '.help' in it lists what it can do.")
    {
        _peer.AddTo(this);
        Options.Add(_output);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        await using Peer peer = await Peer.ConnectAsync(_peer.Read(parsed), cancellationToken);
        return await new ShellSession(peer, terminal, new ResultWriter(terminal, parsed.GetValue(_output))).RunAsync(Console.In, cancellationToken);
    }
}
