using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mprpc.AspNetCore.Tests.Telemetry.Kit;

/// <summary>A method for each way in which a call can end.</summary>
public sealed class Ways
{
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Sum(int x, int y) => x + y;

    public async Task<int> SumLaterAsync(int x, int y)
    {
        await Task.Yield();
        return x + y;
    }

    public ValueTask DoneAsync() => ValueTask.CompletedTask;

    public void Fail() => throw new InvalidOperationException("Only the log is told.");

    public async Task FailLaterAsync()
    {
        await Task.Yield();
        Fail();
    }

    public void Refuse() => throw new MprpcException("There is no todo 7.", "todo_unknown");

    public void RefuseWithoutCode() => throw new MprpcException("Not now.");

    public void RefuseWith(string code) => throw new MprpcException("As you say.", code);

    public string Large() => new('x', 5_000_000);

    public async Task<string> LargeLaterAsync()
    {
        await Task.Yield();
        return Large();
    }

    [MprpcMethod(TimeoutMilliseconds = 20)]
    public Task TooLongAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Entered.TrySetResult();
        await Gate.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Holds its thread up, so that the loop goes on without it, and further calls have threads of their own.</summary>
    public string? Block()
    {
        Thread.Sleep(200);
        return Activity.Current?.Id;
    }

    public async IAsyncEnumerable<int> Count(int to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (int i = 0; i < to; i++)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return i;
        }
    }

    public async Task<int> TotalAsync(IAsyncEnumerable<int> numbers)
    {
        int total = 0;

        await foreach (int number in numbers)
        {
            total += number;
        }

        return total;
    }

    public void HangUp(MprpcCallContext call) => call.Connection.Abort();

    public string? Span() => Activity.Current?.Id;

    public async Task<string?> SpanLaterAsync()
    {
        await Task.Yield();
        return Activity.Current?.Id;
    }

    public string[] Metadata(MprpcCallContext call) => [.. call.Metadata.Select(entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal)];

    public string? Baggage(string key) => Activity.Current?.GetBaggageItem(key);
}
