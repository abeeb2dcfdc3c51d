using System.CommandLine;
using Mprpc.Tool.Output;
using Mprpc.Tool.Peers;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc call URL METHOD [ARG..]</c></summary>
internal sealed class CallCommand : ToolCommand
{
    private readonly PeerOptions _peer = new();
    private readonly ArgumentOptions _call = new();
    private readonly Option<OutputMode> _output = OutputOption.Create();
    private readonly Option<bool> _full = new("--full") { Description = "Show result or error, time and sizes as one object." };
    private readonly Option<bool> _stream = new("--stream") { Description = "Read the result as a stream, also if no description says that it is one." };
    private readonly Option<int?> _max = new("--max") { Description = "End a stream after so many items.", HelpName = "N" };

    public CallCommand()
        : base("call", "Calls a method and prints its result.")
    {
        _peer.AddTo(this);
        _call.AddTo(this);
        Options.Add(_output);
        Options.Add(_full);
        Options.Add(_stream);
        Options.Add(_max);
        MethodCompletion.AddTo(_call.Method, _peer.Url);
        Validators.Add(result =>
        {
            if (result.GetValue(_max) < 1)
            {
                result.AddError($"--max takes 1 or more, not {result.GetValue(_max)}.");
            }
        });
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        PeerSettings settings = _peer.Read(parsed);
        await using Peer peer = await Peer.ConnectAsync(settings, cancellationToken);
        var call = new PeerCall(peer, terminal, new ResultWriter(terminal, parsed.GetValue(_output)))
        {
            IsFull = parsed.GetValue(_full),
            IsStream = parsed.GetValue(_stream) || parsed.GetValue(_max) is not null,
            MaxItems = parsed.GetValue(_max) ?? int.MaxValue,
        };
        return await call.RunAsync(
            parsed.GetRequiredValue(_call.Method),
            _call.Arguments(parsed),
            _call.Mode(parsed),
            _call.CallOptions(parsed, cancellationToken),
            cancellationToken);
    }
}
