using Microsoft.Extensions.Time.Testing;
using Mprpc.Connections;

namespace Mprpc.Core.Tests.Connections;

/// <summary>No callback of another makes a call lost, and calls can be chosen to fail.</summary>
public sealed class InFlightRequestsEndTests
{
    private static readonly AsyncLocal<string?> s_ambient = new();

    private readonly FakeTimeProvider _clock = new();
    private readonly List<Exception> _reported = [];
    private readonly InFlightRequests _requests;

    public InFlightRequestsEndTests() => _requests = new InFlightRequests(_clock) { OnCallbackFailed = _reported.Add };

    [Fact]
    public async Task Deadline_OnGivenUpThrows_FailsAllCallsThatAreLate()
    {
        Task<int>[] calls = [Add(TimeSpan.FromSeconds(1)).Task.AsTask(), Add(TimeSpan.FromSeconds(1)).Task.AsTask()];
        _requests.OnGivenUp = _ => throw new FormatException();

        _clock.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<TimeoutException>(() => calls[0].WaitAsync(InMemoryConnection.Deadline));
        await Assert.ThrowsAsync<TimeoutException>(() => calls[1].WaitAsync(InMemoryConnection.Deadline));
        Assert.Equal(2, _reported.Count);
    }

    [Fact]
    public async Task Cancel_OnGivenUpThrows_FailsTheCall()
    {
        using var source = new CancellationTokenSource();
        PendingCall<int> call = Add();
        Task<int> task = call.Task.AsTask();
        call.Watch(source.Token);
        _requests.OnGivenUp = _ => throw new FormatException();

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(InMemoryConnection.Deadline));
        Assert.IsType<FormatException>(Assert.Single(_reported));
    }

    [Fact]
    public async Task Close_CallbackAndReasonThrow_FailsTheCalls()
    {
        Task<int> call = Add().Task.AsTask();
        _requests.OnClosed = () => throw new FormatException();

        _requests.Close(_ => throw new NotSupportedException());

        await Assert.ThrowsAsync<NotSupportedException>(() => call.WaitAsync(InMemoryConnection.Deadline));
        Assert.IsType<FormatException>(Assert.Single(_reported));
    }

    [Fact]
    public async Task Drain_SomeAreChosen_FailsThoseAndLeavesTheOthers()
    {
        PendingCall<int>[] calls = [.. Enumerable.Range(0, 20).Select(_ => Add())];
        Array.ForEach(calls, call => call.RequestBytes = call.MessageId);

        _requests.Drain(call => call.RequestBytes >= 15, call => new MprpcConnectionException($"{call.MessageId}", requestWasSent: false));

        Assert.Equal(15, _requests.Count);
        Assert.All(calls, call => Assert.Equal(call.MessageId < 15, _requests.Contains(call.MessageId)));
        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(async () => await calls[17].Task);
        Assert.Equal("17", exception.Message);
        Assert.False(exception.RequestWasSent);
    }

    [Fact]
    public void TryFail_Taken_IsFalse()
    {
        PendingCall<int> call = Add();
        Assert.Same(call, _requests.Take(call.MessageId));

        Assert.False(_requests.TryFail(call, _ => new IOException()));
        Assert.False(call.Task.IsCompleted);
    }

    [Fact]
    public async Task Deadline_TimerWasMadeByACallWithAmbientState_RunsWithoutIt()
    {
        var requests = new InFlightRequests(TimeProvider.System);
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        requests.OnGivenUp = _ => seen.SetResult(s_ambient.Value);
        s_ambient.Value = "of the first caller";

        Assert.True(requests.TryAdd(PendingCall<int>.Rent("sum", TimeSpan.FromMilliseconds(1))));

        Assert.Null(await seen.Task.WaitAsync(InMemoryConnection.Deadline));
    }

    private PendingCall<int> Add(TimeSpan? timeout = null)
    {
        PendingCall<int> call = PendingCall<int>.Rent("sum", timeout ?? Timeout.InfiniteTimeSpan);
        Assert.True(_requests.TryAdd(call));
        return call;
    }
}
