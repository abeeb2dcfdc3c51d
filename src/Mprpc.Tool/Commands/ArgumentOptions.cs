using System.CommandLine;
using System.CommandLine.Parsing;
using Mprpc.Tool.Output;
using Mprpc.Tool.Values;

namespace Mprpc.Tool.Commands;

/// <summary>A method, its arguments and how they are read.</summary>
internal sealed class ArgumentOptions
{
    private const string OptionPrefix = "--";

    private readonly Option<bool> _json = new("--json") { Description = "All arguments are JSON." };
    private readonly Option<bool> _text = new("--text") { Description = "All arguments are text." };
    private readonly Option<string[]> _metadata = new("--meta") { Description = "Metadata of the call. May be given several times.", HelpName = "KEY=VALUE" };

    private readonly Argument<string[]> _arguments = new("ARG")
    {
        Description = "By the method's signature if it is known, else JSON if it is JSON, else text. @FILE, hex: and b64: are bytes, msgpack: an encoded value "
            + "in hexadecimal; - and @- read the standard input.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Argument<string> Method { get; } = new("METHOD") { Description = "The method's name on the wire." };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Method);
        command.Arguments.Add(_arguments);
        command.Options.Add(_json);
        command.Options.Add(_text);
        command.Options.Add(_metadata);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_json) && result.GetValue(_text))
            {
                result.AddError("--json and --text exclude each other: give one of them.");
            }
        });
        _metadata.Validators.Add(result =>
        {
            if (Array.Find(result.GetValueOrDefault<string[]>(), entry => entry.IndexOf('=', StringComparison.Ordinal) < 1) is { } wrong)
            {
                result.AddError($"'{wrong}' is not metadata. Write KEY=VALUE.");
            }
        });
    }

    /// <exception cref="ToolException">One looks like an option: a mistyped option must not be sent to a server.</exception>
    public string[] Arguments(ParseResult parsed)
    {
        string[] arguments = parsed.GetValue(_arguments) ?? [];
        string? option = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument && arguments.Contains(token.Value))
            .Select(token => token.Value)
            .FirstOrDefault(value => value.StartsWith(OptionPrefix, StringComparison.Ordinal));

        return option is null ? arguments : throw new ToolException($"There is no option '{option}'. If it is an argument, write -- before the arguments.");
    }

    public ArgumentMode Mode(ParseResult parsed)
        => parsed.GetValue(_json) ? ArgumentMode.Json : parsed.GetValue(_text) ? ArgumentMode.Text : ArgumentMode.Guess;

    public MprpcCallOptions CallOptions(ParseResult parsed, CancellationToken cancellationToken)
    {
        string[] entries = parsed.GetValue(_metadata) ?? [];

        if (entries.Length == 0)
        {
            return cancellationToken;
        }

        var metadata = new MprpcMetadata();

        foreach (string entry in entries)
        {
            int end = entry.IndexOf('=', StringComparison.Ordinal);
            metadata[entry[..end]] = entry[(end + 1)..];
        }

        return new MprpcCallOptions { Metadata = metadata, CancellationToken = cancellationToken };
    }
}
