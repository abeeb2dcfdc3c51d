using Microsoft.Extensions.Logging;

namespace Mprpc.Diagnostics;

/// <summary>Logs what a service's own code throws, so many lines a second at most: who can make it throw cannot fill the log.</summary>
/// <remarks>
/// Safe for concurrent use. Each method has one, so that a method which throws all the time hides nothing of another; the disposals of an endpoint share one.
/// </remarks>
internal sealed class FailureLog
{
    // The machine's clock: it is about the log, not about the application's time.
    private readonly LogSampler _sampler = new(TimeProvider.System, LogSampler.LinesPerSecond);

    public void MethodThrew(ILogger logger, string connectionId, string method, Exception exception)
    {
        if (!_sampler.TryTake(out long leftOut))
        {
            return;
        }

        if (leftOut > 0)
        {
            ProtocolLog.FailuresLeftOut(logger, leftOut, method);
        }

        ProtocolLog.MethodThrew(logger, connectionId, method, exception);
    }

    public void ErrorDataNotWritten(ILogger logger, string connectionId, Type type, Exception exception)
    {
        if (!_sampler.TryTake(out long leftOut))
        {
            return;
        }

        if (leftOut > 0)
        {
            ProtocolLog.EventsLeftOut(logger, LogLevel.Error, leftOut, nameof(ProtocolLog.ErrorDataNotWritten));
        }

        ProtocolLog.ErrorDataNotWritten(logger, connectionId, type, exception);
    }

    /// <summary>A peer that sent a notification hears nothing of it, and neither would the application.</summary>
    public void NotificationRefused(ILogger logger, string connectionId, string method, string reason)
    {
        if (!logger.IsEnabled(LogLevel.Information) || !_sampler.TryTake(out long leftOut))
        {
            return;
        }

        if (leftOut > 0)
        {
            ProtocolLog.EventsLeftOut(logger, LogLevel.Information, leftOut, nameof(ProtocolLog.NotificationRefused));
        }

        ProtocolLog.NotificationRefused(logger, connectionId, method, reason);
    }

    public void ScopeDisposalFailed(ILogger logger, string connectionId, string method, Exception exception)
    {
        if (!_sampler.TryTake(out long leftOut))
        {
            return;
        }

        if (leftOut > 0)
        {
            ProtocolLog.EventsLeftOut(logger, LogLevel.Error, leftOut, nameof(ProtocolLog.ScopeDisposalFailed));
        }

        ProtocolLog.ScopeDisposalFailed(logger, connectionId, method, exception);
    }
}
