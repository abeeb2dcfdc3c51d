namespace Mprpc.Tool.Output;

/// <summary>Ends the command with a message and an exit code.</summary>
internal sealed class ToolException(string message, int exitCode = ExitCode.Usage, Exception? innerException = null) : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;
}
