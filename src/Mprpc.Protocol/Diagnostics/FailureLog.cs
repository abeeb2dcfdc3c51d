using Microsoft.Extensions.Logging;
using Mprpc.Connections;

namespace Mprpc.Diagnostics;

/// <summary>Logs what a service's own code throws, so many lines a second at most: who can make it throw cannot fill the log.</summary>
/// <remarks>Safe for concurrent use. Each method has one, so that a method which throws all the time hides nothing of another; the disposals of an endpoint share one.</remarks>
internal sealed class FailureLog
{
    // The machine's clock: it is about the log, not about the application's time.
    private readonly LogSampler _sampler = new(TimeProvider.System, LogSampler.LinesPerSecond);

    public void MethodThrew(RpcConnection connection, string method, Exception exception)
    {
        if (!_sampler.TryTake(out long leftOut))
        {
            return;
        }

        if (leftOut > 0)
        {
            ProtocolLog.FailuresLeftOut(connection.Logger, leftOut, method);
        }

        ProtocolLog.MethodThrew(connection.Logger, connection.Id, method, exception);
    }

    public void ErrorDataNotWritten(RpcConnection connection, Type type, Exception exception)
    {
        if (!_sampler.TryTake(out long leftOut))
        {
            return;
        }

        if (leftOut > 0)
        {
            ProtocolLog.EventsLeftOut(connection.Logger, LogLevel.Error, leftOut, nameof(ProtocolLog.ErrorDataNotWritten));
        }

        ProtocolLog.ErrorDataNotWritten(connection.Logger, connection.Id, type, exception);
    }

    /// <summary>A peer that sent a notification hears nothing of it, and neither would the application.</summary>
    public void NotificationRefused(RpcConnection connection, string method, string reason)
    {
        if (!connection.Logger.IsEnabled(LogLevel.Information) || !_sampler.TryTake(out long leftOut))
        {
            return;
        }

        if (leftOut > 0)
        {
            ProtocolLog.EventsLeftOut(connection.Logger, LogLevel.Information, leftOut, nameof(ProtocolLog.NotificationRefused));
        }

        ProtocolLog.NotificationRefused(connection.Logger, connection.Id, method, reason);
    }

    public void ScopeDisposalFailed(RpcConnection connection, string method, Exception exception)
    {
        if (!_sampler.TryTake(out long leftOut))
        {
            return;
        }

        if (leftOut > 0)
        {
            ProtocolLog.EventsLeftOut(connection.Logger, LogLevel.Error, leftOut, nameof(ProtocolLog.ScopeDisposalFailed));
        }

        ProtocolLog.ScopeDisposalFailed(connection.Logger, connection.Id, method, exception);
    }
}
