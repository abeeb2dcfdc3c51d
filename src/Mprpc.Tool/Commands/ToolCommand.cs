using System.CommandLine;
using Mprpc.Tool.Output;

namespace Mprpc.Tool.Commands;

/// <summary>A command whose exceptions become an exit code and lines on the standard error.</summary>
internal abstract class ToolCommand : Command
{
    protected ToolCommand(string name, string description)
        : base(name, description)
        => SetAction(ExecuteAsync);

    /// <returns>The exit code.</returns>
    protected abstract Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken);

    private async Task<int> ExecuteAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var terminal = new Terminal();

        try
        {
            return await RunAsync(parsed, terminal, cancellationToken);
        }
        catch (Exception exception)
        {
            foreach (string line in Failure.Lines(exception))
            {
                terminal.WriteError(line);
            }

            return Failure.CodeOf(exception);
        }
    }
}
