using System.CommandLine;
using Mprpc.Tool.Descriptions;
using Mprpc.Tool.Output;
using Mprpc.Tool.Peers;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc notify URL METHOD [ARG..]</c></summary>
internal sealed class NotifyCommand : ToolCommand
{
    private readonly PeerOptions _peer = new();
    private readonly ArgumentOptions _call = new();

    public NotifyCommand()
        : base("notify", "Sends a notification, which nobody answers.")
    {
        _peer.AddTo(this);
        _call.AddTo(this);
        MethodCompletion.AddTo(_call.Method, _peer.Url);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        string method = parsed.GetRequiredValue(_call.Method);
        await using Peer peer = await Peer.ConnectAsync(_peer.Read(parsed), cancellationToken);
        (MethodDescription Method, ServerDescription Server)? known = await peer.TryDescribeAsync(method, cancellationToken);
        object?[] arguments = peer.Encode(_call.Arguments(parsed), _call.Mode(parsed), known?.Method, known?.Server.Types);
        await peer.Client.NotifyAsync(method, _call.CallOptions(parsed, cancellationToken), arguments);
        return ExitCode.Success;
    }
}
