namespace Mprpc.Tool.Output;

/// <summary>What the process returns: docs/tool.md lists it.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int RemoteError = 1;
    public const int Usage = 2;
    public const int CannotConnect = 3;
    public const int Timeout = 4;
    public const int Lost = 5;
    public const int NotAllowed = 6;
    public const int NotMessagePackRpc = 7;

    /// <summary>Ctrl-C: 128 and the number of SIGINT.</summary>
    public const int Interrupted = 130;
}
