using System.CommandLine;
using Mprpc.Client;
using Mprpc.Tool.Output;

namespace Mprpc.Tool.Peers;

/// <summary>The options of a login. A token is never an argument: others on the machine could read it in the list of processes.</summary>
internal sealed class TokenOptions
{
    private readonly Option<string?> _variable = new("--token-env") { Description = "The variable with the token to log in with.", HelpName = "NAME" };
    private readonly Option<string?> _file = new("--token-file") { Description = "The file with the token to log in with.", HelpName = "FILE" };

    private readonly Option<string> _scheme = new("--scheme")
    {
        Description = "The scheme of the login.",
        HelpName = "NAME",
        DefaultValueFactory = static _ => "Bearer",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_variable);
        command.Options.Add(_file);
        command.Options.Add(_scheme);
    }

    /// <summary>The token, or null if there is none.</summary>
    /// <exception cref="ToolException">It cannot be read.</exception>
    public MprpcToken? Read(ParseResult parsed)
    {
        string? variable = parsed.GetValue(_variable);
        string? file = parsed.GetValue(_file);

        if (variable is not null && file is not null)
        {
            throw new ToolException("--token-env and --token-file exclude each other: give one of them.");
        }

        string? token = variable is not null ? OfVariable(variable) : file is not null ? OfFile(file) : null;
        return token is null ? null : new MprpcToken(parsed.GetValue(_scheme)!, token);
    }

    private static string OfVariable(string name)
        => Environment.GetEnvironmentVariable(name) is { Length: > 0 } token
            ? token
            : throw new ToolException($"The environment variable '{name}' of --token-env is not set.");

    private static string OfFile(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } token ? token : throw new ToolException($"The file '{path}' of --token-file is empty.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"Cannot read the token of '{path}': {exception.Message}", innerException: exception);
        }
    }
}
