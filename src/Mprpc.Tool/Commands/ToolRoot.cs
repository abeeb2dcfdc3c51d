using System.CommandLine;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc</c>, with all its commands.</summary>
internal static class ToolRoot
{
    public const string Name = "mprpc";

    public static RootCommand Create() => new("Calls, describes, measures, records and imitates MessagePack-RPC peers, and writes clients for them.")
    {
        HelpName = Name,
        Subcommands =
        {
            new CallCommand(),
            new NotifyCommand(),
            new ListCommand(),
            new DescribeCommand(),
            new SchemaCommand(),
            new ShellCommand(),
            new BenchCommand(),
            new ListenCommand(),
            new ProxyCommand(),
            new GenerateCommand(),
            new CompletionCommand(),
        },
    };

    /// <summary>The names of a command and of those above it.</summary>
    public static IEnumerable<string> PathOf(Command command)
        => command is RootCommand ? [Name] : [.. command.Parents.OfType<Command>().SelectMany(PathOf), command.Name];
}
