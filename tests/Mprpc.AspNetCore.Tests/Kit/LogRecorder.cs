using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mprpc.AspNetCore.Tests.Kit;

/// <summary>Keeps what the application logs.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();

    public IReadOnlyCollection<LogEntry> Entries => _entries;

    public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, _entries);

    public void Dispose()
    {
    }

    /// <summary>The first entry with this event of ours, once it is there.</summary>
    public async Task<LogEntry> WaitForAsync(int eventId)
    {
        await Bounded.Until(() => Find(eventId) is not null, $"log entry {eventId}");
        return Find(eventId)!;
    }

    public LogEntry? Find(int eventId) => _entries.FirstOrDefault(entry => IsOurs(entry) && entry.Event.Id == eventId);

    private static bool IsOurs(LogEntry entry) => entry.Category.StartsWith("Mprpc", StringComparison.Ordinal);

    private sealed class Recorder(string category, ConcurrentQueue<LogEntry> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => entries.Enqueue(new LogEntry(category, logLevel, eventId, formatter(state, exception), exception));
    }
}
