using System.CommandLine;

namespace Mprpc.Tool.Peers;

/// <summary>The URL of a peer, and the options that every command has which calls one.</summary>
internal sealed class PeerOptions
{
    private readonly Option<string?> _peer = new("--peer") { Description = "What the peer is made with; implies --plain.", HelpName = "NAME" };
    private readonly Option<bool> _plain = new("--plain") { Description = "Send the call and nothing else: no $/hello, no $/inspect." };
    private readonly Option<TimeSpan?> _timeout = Durations.Option("--timeout", "How long to wait for an answer. Default: for ever.");
    private readonly Option<TimeSpan?> _connectTimeout = Durations.Option("--connect-timeout", "How long to wait for a connection. Default: 10s.");
    private readonly TlsOptions _tls = new();
    private readonly TokenOptions _token = new();

    public PeerOptions()
    {
        _peer.Validators.Add(result =>
        {
            if (Preset(result.GetValueOrDefault<string>()) is null)
            {
                result.AddError($"'{result.GetValueOrDefault<string>()}' is not a preset. Allowed are {string.Join(", ", Names)}.");
            }
        });
        _peer.CompletionSources.Add(_ => Names.Select(name => new System.CommandLine.Completions.CompletionItem(name)));
    }

    public Argument<string> Url { get; } = new("URL")
    {
        Description = "tcp://host:port, tls://host:port, unix:///path, ws://host:port/path or wss://host:port/path",
    };

    private static IEnumerable<string> Names => MprpcPeer.All.Select(peer => peer.Name);

    public void AddTo(Command command)
    {
        command.Arguments.Add(Url);
        command.Options.Add(_peer);
        command.Options.Add(_plain);
        command.Options.Add(_timeout);
        command.Options.Add(_connectTimeout);
        _tls.AddTo(command);
        _token.AddTo(command);
    }

    public PeerSettings Read(ParseResult parsed)
        => new(
            parsed.GetRequiredValue(Url),
            Preset(parsed.GetValue(_peer)),
            parsed.GetValue(_plain),
            parsed.GetValue(_timeout),
            parsed.GetValue(_connectTimeout),
            _tls.Read(parsed),
            _token.Read(parsed));

    private static MprpcPeer? Preset(string? name)
        => MprpcPeer.All.FirstOrDefault(peer => string.Equals(peer.Name, name, StringComparison.OrdinalIgnoreCase));
}
