using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Mprpc.Core.Tests.Connections;

namespace Mprpc.Core.Tests.Diagnostics;

/// <summary>Responses that no call waits for: the connection stays, and what their error says is logged.</summary>
public sealed class UnexpectedResponseTests
{
    private readonly Recorder _recorder = new();

    [Theory]
    [InlineData("94 01 07 a4 626f6f6d c0", "Debug", "7", "boom")]
    [InlineData("94 01 07 c0 03", "Debug", "7", "none")]
    [InlineData("94 01 ff a4 626f6f6d c0", "Information", "-1", "boom")]
    [InlineData("94 01 ceffffffff a4 626f6f6d c0", "Information", "4294967295", "boom")]
    [InlineData("94 01 cf0000000100000007 a4 626f6f6d c0", "Information", "4294967303", "boom")]
    [InlineData("94 01 cfffffffffffffffff a4 626f6f6d c0", "Information", "18446744073709551615", "boom")]
    [InlineData("94 01 d38000000000000000 92 07 a4 626f6f6d c0", "Information", "-9223372036854775808", "[7,\"boom\"]")]
    [InlineData("94 01 ff a3 610a62 c0", "Information", "-1", "a?b")]
    public async Task Response_NobodyWaitsForIt_IsLoggedAndTheConnectionStays(string response, string level, string messageId, string error)
    {
        await using var connection = new InMemoryConnection(logger: _recorder);

        await connection.SendAsync(response);
        await connection.SendAsync("94 00 01 a6 6e6f73756368 90");      // a request, which is answered

        Assert.StartsWith("940101", await connection.ReadAsync(), StringComparison.Ordinal);
        (LogLevel Level, string Text) line = Assert.Single(_recorder.Lines, line => line.Text.Contains("brought an answer", StringComparison.Ordinal));
        Assert.Equal(level, $"{line.Level}");
        Assert.Contains($"msgid {messageId}", line.Text, StringComparison.Ordinal);
        Assert.EndsWith($"Its error: {error}", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_ItsErrorIsLarge_IsCut()
    {
        await using var connection = new InMemoryConnection(logger: _recorder);

        await connection.SendAsync("94 01 ff c5 1000" + new string('0', 8192) + "c0");
        await connection.SendAsync("94 00 01 a6 6e6f73756368 90");
        await connection.ReadAsync();

        Assert.Contains(_recorder.Lines, line => line.Text.EndsWith("Its error: 4,099 bytes", StringComparison.Ordinal));
    }

    private sealed class Recorder : ILogger
    {
        public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Lines.Enqueue((logLevel, formatter(state, exception)));
    }
}
