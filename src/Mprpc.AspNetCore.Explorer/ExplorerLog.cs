using Microsoft.Extensions.Logging;

namespace Mprpc.AspNetCore.Explorer;

internal static partial class ExplorerLog
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "MapMprpcExplorer(\"{Pattern}\") is answered with 404: this is the environment {Environment}, and it has no authorization metadata. "
        + "Allowed are MapMprpcExplorer().RequireAuthorization(), and AllowAnonymous(), which lets everybody call; or map it in Development only.",
        EventName = "ExplorerClosed")]
    public static partial void Closed(ILogger logger, string pattern, string environment);
}
