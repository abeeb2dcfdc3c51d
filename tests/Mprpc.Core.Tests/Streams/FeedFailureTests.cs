using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Mprpc.Core.Tests.Connections;
using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Streams;

/// <summary>A stream that the peer ends with an error, which the method lets through: the peer's doing, not the method's.</summary>
public sealed class FeedFailureTests
{
    // [2, "$/end", [-1, "boom"]]
    private const string Boom = "9302a5242f656e6492ffa4626f6f6d";

    [Theory]
    [InlineData("a5746f74616c91ff", 1)]         // total(stream -1)
    [InlineData("a67365636f6e6492c0ff", 2)]     // second(nil, stream -1)
    [InlineData("a47069706591ff", 1)]          // pipe(stream -1), whose result is a stream too
    public async Task Error_OfThePeersStream_IsAnsweredWithItAndLoggedAtDebug(string call, int param)
    {
        var recorder = new Recorder();
        await using InMemoryConnection peer = Serve(recorder);

        await peer.SendAsync("940008" + call);
        await peer.SendAsync(Boom);

        Assert.Equal(Error(8, $"cancelled: The source of param {param} has failed: boom"), await AnswerAsync(peer));
        (LogLevel level, _) = Assert.Single(recorder.Lines, line => line.Text.Contains("boom", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Debug, level);
        Assert.DoesNotContain(recorder.Lines, line => line.Level >= LogLevel.Information);
    }

    [Fact]
    public async Task Error_BehindACancel_IsNoFailureOfTheMethod()
    {
        var recorder = new Recorder();
        await using InMemoryConnection peer = Serve(recorder);

        await peer.SendAsync("940008a5746f74616c91ff");
        await peer.SendAsync(Boom + "9302a8242f63616e63656c9108");

        Assert.StartsWith("940108", await AnswerAsync(peer), StringComparison.Ordinal);
        Assert.DoesNotContain(recorder.Lines, line => line.Level >= LogLevel.Information);
    }

    [Fact]
    public async Task Error_AfterTheDeadlineHasAnswered_IsNoFailureOfTheMethod()
    {
        var recorder = new Recorder();
        var service = new Reader();
        await using InMemoryConnection peer = Serve(recorder, service);

        // [0, 8, "$/call", [{"timeout": 1}, "held", [-1]]]
        await peer.SendAsync("940008a6242f63616c6c9381a774696d656f757401a468656c6491ff");
        string answer = await AnswerAsync(peer);
        await peer.SendAsync(Boom);
        service.Go.SetResult();
        await service.Left.Task.InTime();
        await Bounded.Until(() => peer.Connection.RunningCalls.Count == 0, "the method's end");

        Assert.Contains(Convert.ToHexStringLower("timeout"u8), answer, StringComparison.Ordinal);
        Assert.DoesNotContain(recorder.Lines, line => line.Level >= LogLevel.Information);
    }

    [Fact]
    public async Task Error_OfAnotherCall_IsTheMethodsFailure()
    {
        var recorder = new Recorder();
        await using InMemoryConnection peer = Serve(recorder);

        await peer.SendAsync("940008a56f7468657291ff");
        await peer.SendAsync(Boom);

        Assert.Equal(Error(8, "MprpcRemoteException: of another"), await AnswerAsync(peer));
        Assert.Contains(recorder.Lines, line => line.Level == LogLevel.Error);
    }

    private static InMemoryConnection Serve(ILogger logger, Reader? service = null)
        => new(() => InMemoryConnection.DispatcherOf(service ?? new Reader()), logger: logger);

    private static string Error(int id, string message)
    {
        byte[] text = Encoding.UTF8.GetBytes(message);
        string head = text.Length < 32 ? $"{0xA0 + text.Length:x2}" : $"d9{text.Length:x2}";
        return $"9401{id:x2}{head}{Convert.ToHexStringLower(text)}c0";
    }

    /// <summary>The next response, behind credit.</summary>
    private static async Task<string> AnswerAsync(InMemoryConnection peer)
    {
        string message;

        do
        {
            message = await peer.ReadAsync();
        }
        while (!message.StartsWith("9401", StringComparison.Ordinal));

        return message;
    }

    [SuppressMessage("Performance", "CA1822", Justification = "What a service publishes are instance methods.")]
    private sealed class Reader
    {
        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<int> Total(IAsyncEnumerable<int> values) => await values.SumAsync();

        public async Task<int> Second(IAsyncEnumerable<int> first, IAsyncEnumerable<int> second) => await first.SumAsync() + await second.SumAsync();

        public async IAsyncEnumerable<int> Pipe(IAsyncEnumerable<int> values, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (int value in values.WithCancellation(cancellationToken))
            {
                yield return value;
            }
        }

        public async Task<int> Held(IAsyncEnumerable<int> values)
        {
            await Go.Task;

            try
            {
                return await values.SumAsync();
            }
            finally
            {
                Left.SetResult();
            }
        }

        public async Task<int> Other(IAsyncEnumerable<int> values)
        {
            try
            {
                return await values.SumAsync();
            }
            catch (MprpcRemoteException)
            {
                throw new MprpcRemoteException("other", "of another", code: null, errorData: null);
            }
        }
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
