using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mprpc.Diagnostics;

/// <summary>
/// A logger for what peers bring about as often as they like: of each event so many lines a second pass, and then it is said how many have not.
/// </summary>
/// <remarks>Safe for concurrent use. Lines at Debug pass as they are: who asks for them wants them all.</remarks>
internal sealed class SampledLogger(ILogger logger, TimeProvider clock) : ILogger
{
    private readonly ConcurrentDictionary<int, LogSampler> _samplers = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Information && !TryTake(logLevel, eventId))
        {
            return;
        }

        logger.Log(logLevel, eventId, state, exception, formatter);
    }

    private bool TryTake(LogLevel logLevel, EventId eventId)
    {
        LogSampler sampler = _samplers.GetOrAdd(eventId.Id, static (_, clock) => new LogSampler(clock, LogSampler.LinesPerSecond), clock);

        if (!sampler.TryTake(out long leftOut))
        {
            return false;
        }

        if (leftOut > 0)
        {
            ProtocolLog.EventsLeftOut(logger, logLevel, leftOut, eventId.Name);
        }

        return true;
    }
}
