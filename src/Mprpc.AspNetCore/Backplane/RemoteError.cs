namespace Mprpc.AspNetCore.Backplane;

/// <summary>Why a client of another server has given no result, in words that can be sent.</summary>
internal static class RemoteError
{
    private const string Remote = "remote";
    private const string Time = "timeout";
    private const string Lost = "lost";
    private const string Limit = "limit";

    public static string[] From(Exception exception) => exception switch
    {
        MprpcRemoteException remote => [Remote, remote.RawMessage, remote.Code ?? ""],
        TimeoutException => [Time, exception.Message],
        MprpcConnectionException lost => [Lost, exception.Message, lost.RequestWasSent ? "sent" : ""],
        InvalidOperationException => [Limit, exception.Message],
        _ => ["", exception.Message],
    };

    public static Exception Read(string method, IReadOnlyList<string> error)
    {
        string message = error.ElementAtOrDefault(1) ?? "";
        string detail = error.ElementAtOrDefault(2) ?? "";

        return error[0] switch
        {
            Remote => new MprpcRemoteException(method, message, detail.Length == 0 ? null : detail, errorData: null),
            Time => new TimeoutException(message),
            Lost => new MprpcConnectionException(message, requestWasSent: detail.Length > 0),
            _ => new InvalidOperationException(message),
        };
    }
}
