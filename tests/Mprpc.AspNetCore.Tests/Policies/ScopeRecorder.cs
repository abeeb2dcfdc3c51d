using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mprpc.AspNetCore.Tests.Policies;

/// <summary>Keeps each line that says "inside", with what its scopes say.</summary>
internal sealed class ScopeRecorder : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ConcurrentDictionary<string, IReadOnlyDictionary<string, object?>> Lines { get; } = new();

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => new Recorder(this);

    public void Dispose()
    {
    }

    private sealed class Recorder(ScopeRecorder recorder) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => recorder._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string line = formatter(state, exception);

            if (line != "inside")
            {
                return;
            }

            var values = new Dictionary<string, object?>();
            recorder._scopes.ForEachScope(
                static (scope, values) =>
                {
                    foreach (KeyValuePair<string, object?> value in scope as IEnumerable<KeyValuePair<string, object?>> ?? [])
                    {
                        values[value.Key] = value.Value;
                    }
                },
                values);
            recorder.Lines[line] = values;
        }
    }
}
