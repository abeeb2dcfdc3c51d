using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Diagnostics;

namespace Mprpc.Core.Tests.Diagnostics;

public sealed class SampledLoggerTests
{
    private static readonly EventId Flood = new(1, "Flood");
    private static readonly EventId Other = new(2, "Other");

    private readonly FakeTimeProvider _clock = new();
    private readonly Recorder _recorder = new();

    [Fact]
    public void Lines_OfOneEvent_AreTenASecondAndItIsSaidHowManyAreMissing()
    {
        var logger = new SampledLogger(_recorder, _clock);

        Log(logger, LogLevel.Information, Flood, 100);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Log(logger, LogLevel.Information, Flood, 1);

        Assert.Equal(12, _recorder.Lines.Count);
        Assert.Equal((LogLevel.Information, "90 lines of the event Flood were left out: at most 10 a second are logged."), _recorder.Lines[10]);
        Assert.Equal((LogLevel.Information, "Flood"), _recorder.Lines[11]);
    }

    [Fact]
    public void Lines_OfAnotherEvent_AreNotHeldBack()
    {
        var logger = new SampledLogger(_recorder, _clock);

        Log(logger, LogLevel.Information, Flood, 100);
        Log(logger, LogLevel.Error, Other, 1);

        Assert.Equal((LogLevel.Error, "Other"), _recorder.Lines[^1]);
    }

    [Fact]
    public void Lines_AtDebug_AllPass()
    {
        var logger = new SampledLogger(_recorder, _clock);

        Log(logger, LogLevel.Debug, Flood, 100);

        Assert.Equal(100, _recorder.Lines.Count);
    }

    private static void Log(SampledLogger logger, LogLevel level, EventId eventId, int count)
    {
        for (int i = 0; i < count; i++)
        {
            logger.Log(level, eventId, eventId.Name, exception: null, static (state, _) => state!);
        }
    }

    private sealed class Recorder : ILogger
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Lines.Add((logLevel, formatter(state, exception)));
    }
}
