using Mprpc.Tool.Descriptions;
using Mprpc.Tool.Output;
using Mprpc.Tool.Peers;
using Mprpc.Tool.Values;

namespace Mprpc.Tool.Shell;

/// <summary>Reads lines and makes the calls that they say, all over one connection.</summary>
internal sealed class ShellSession(Peer peer, Terminal terminal, ResultWriter writer)
{
    private const string Prompt = "> ";
    private const string Again = "!!";

    private const string Help = """
        METHOD ARG..          calls a method
        .notify METHOD ARG..  sends a notification
        .list                 lists the methods
        .describe [METHOD]    describes them
        !!                    does the last thing again
        .help                 shows this
        .exit                 ends the shell, as the end of the input does
        """;

    private string _last = "";

    /// <returns>The exit code: that of the last line.</returns>
    public async Task<int> RunAsync(TextReader input, CancellationToken cancellationToken)
    {
        int code = ExitCode.Success;

        while (true)
        {
            if (terminal.IsInteractive)
            {
                Console.Error.Write(Prompt);
            }

            if (await ReadLineAsync(input, cancellationToken) is not { } line || line.Trim() == ".exit")
            {
                return code;
            }

            if (line.Trim().Length > 0)
            {
                code = await TryRunAsync(line.Trim(), cancellationToken);
            }
        }
    }

    private async Task<int> TryRunAsync(string line, CancellationToken cancellationToken)
    {
        try
        {
            line = line == Again ? _last : line;

            if (Words.Split(line) is not [string first, .. List<string> rest])
            {
                throw new ToolException("There is no last line to do again.");
            }

            _last = line;
            return await RunAsync(first, rest, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            foreach (string text in Failure.Lines(exception))
            {
                terminal.WriteError(text);
            }

            return exception is FormatException ? ExitCode.Usage : Failure.CodeOf(exception);
        }
    }

    private async Task<int> RunAsync(string first, List<string> rest, CancellationToken cancellationToken)
    {
        switch (first)
        {
            case ".help":
                terminal.WriteLine(Help);
                return ExitCode.Success;
            case ".list":
                ServerDescription server = DescriptionReader.Read(await peer.DescribeAsync(cancellationToken));
                terminal.WriteLine(string.Join('\n', server.Methods.Select(method => method.Name)));
                return ExitCode.Success;
            case ".describe":
                ServerDescription described = DescriptionReader.Read(await peer.DescribeAsync(cancellationToken));
                terminal.WriteLine(MethodText.Describe(described, rest is [string name, ..] ? name : null));
                return ExitCode.Success;
            case ".notify" when rest is [string notification, .. List<string> arguments]:
                await peer.Client.NotifyAsync(notification, cancellationToken, peer.Encode(arguments, ArgumentMode.Guess));
                return ExitCode.Success;
            case ['.', ..]:
                throw new ToolException($"'{first}' is not a command of the shell; '.help' lists them.");
            default:
                return await new PeerCall(peer, terminal, writer).RunAsync(first, rest, ArgumentMode.Guess, cancellationToken, cancellationToken);
        }
    }

    /// <summary>A console's reader knows no token: the wait for a line is given up, and the process ends.</summary>
    private static Task<string?> ReadLineAsync(TextReader input, CancellationToken cancellationToken)
        => Task.Run(input.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
}
