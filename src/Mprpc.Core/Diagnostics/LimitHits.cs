using Microsoft.Extensions.Logging;

namespace Mprpc.Diagnostics;

/// <summary>
/// Counts the limits that connections reach, and says which of them are logged: each once a connection, and of each kind so many a second that a flood does not
/// fill the log.
/// </summary>
/// <remarks>Safe for concurrent use; one serves all connections of a server. No call passes here unless it reaches a limit.</remarks>
internal sealed class LimitHits(Action<ConnectionLimit>? count, TimeProvider clock, ILogger logger)
{
    private readonly LogSampler[] _samplers = [.. Enum.GetValues<ConnectionLimit>().Select(_ => new LogSampler(clock, LogSampler.LinesPerSecond))];

    /// <summary>Counts one.</summary>
    /// <returns>Whether it is to be logged.</returns>
    public bool Add(ConnectionLimit limit, bool isFirstOfConnection = true)
    {
        count?.Invoke(limit);

        if (!isFirstOfConnection || !_samplers[(int)limit].TryTake(out long leftOut))
        {
            return false;
        }

        if (leftOut > 0)
        {
            ProtocolLog.LinesLeftOut(logger, leftOut, limit);
        }

        return true;
    }
}
