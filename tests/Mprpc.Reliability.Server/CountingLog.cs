using System.Collections.Concurrent;

namespace Mprpc.Reliability.Server;

/// <summary>Counts what is logged of Mprpc, by level; or throws at each line.</summary>
public sealed class CountingLog(bool throws) : ILoggerProvider
{
    private readonly ConcurrentDictionary<LogLevel, int> _lines = new();
    private readonly ConcurrentDictionary<string, int> _events = new(StringComparer.Ordinal);

    /// <summary>How many lines there are of this level or above.</summary>
    public int Lines(LogLevel least) => _lines.Where(lines => lines.Key >= least).Sum(lines => lines.Value);

    /// <summary>The lines by event, most first: for the text of a test that fails.</summary>
    public string Summary => string.Join(", ", _events.OrderByDescending(entry => entry.Value).Select(entry => $"{entry.Key} {entry.Value}"));

    public ILogger CreateLogger(string categoryName) => new Counter(this, categoryName == "Mprpc.Connection", throws);

    public void Dispose()
    {
    }

    private sealed class Counter(CountingLog log, bool isOurs, bool throws) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => isOurs;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!isOurs)
            {
                return;
            }

            log._lines.AddOrUpdate(logLevel, 1, static (_, count) => count + 1);
            log._events.AddOrUpdate($"{logLevel} {eventId.Name}", 1, static (_, count) => count + 1);

            if (throws)
            {
                throw new InvalidOperationException("The logger throws.");
            }
        }
    }
}
