using Mprpc.Serialization.Json;

namespace Mprpc.Tool.Output;

/// <summary>What an exception means for whoever called the tool: the exit code, and the lines for the standard error.</summary>
internal static class Failure
{
    private const string Unauthenticated = "unauthenticated";
    private const string Forbidden = "forbidden";
    private const string TimeIsOver = "timeout";

    public static int CodeOf(Exception exception) => exception switch
    {
        ToolException failure => failure.ExitCode,
        ValueException or ArgumentException or NotSupportedException => ExitCode.Usage,
        OperationCanceledException => ExitCode.Interrupted,
        TimeoutException => ExitCode.Timeout,
        MprpcRemoteException { Code: Unauthenticated or Forbidden } => ExitCode.NotAllowed,
        MprpcRemoteException { Code: TimeIsOver } => ExitCode.Timeout,
        MprpcRemoteException => ExitCode.RemoteError,
        MprpcConnectionException when Has<MprpcProtocolException>(exception) => ExitCode.NotMessagePackRpc,
        MprpcConnectionException when Has<MprpcRemoteException>(exception) => ExitCode.NotAllowed,
        MprpcConnectionException => ExitCode.Lost,
        _ => ExitCode.RemoteError,
    };

    /// <summary>The message, and what a remote error says besides.</summary>
    public static IEnumerable<string> Lines(Exception exception)
    {
        yield return exception is OperationCanceledException ? "Interrupted." : $"Error: {exception.Message}";

        if (exception is MprpcRemoteException remote)
        {
            if (remote.Code is { } code && !remote.Message.StartsWith(code, StringComparison.Ordinal))
            {
                yield return $"Code:  {code}";
            }

            if (remote.ErrorData is not null && DataOf(remote) is { } data)
            {
                yield return $"Data:  {data}";
            }
        }
    }

    /// <summary>The error's data as JSON, or null.</summary>
    public static string? DataOf(MprpcRemoteException exception)
        => exception.ErrorData is null ? null : MessagePackToJson.Write(MprpcRaw.From(exception.ErrorData).Memory);

    private static bool Has<T>(Exception exception)
    {
        for (Exception? cause = exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is T)
            {
                return true;
            }
        }

        return false;
    }
}
