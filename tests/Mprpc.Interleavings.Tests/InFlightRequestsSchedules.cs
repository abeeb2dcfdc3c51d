using Mprpc.AspNetCore.Security;
using Mprpc.Connections;
using Mprpc.Interleavings.Tests.Models;
using Mprpc.Interleavings.Tests.Stepping;

namespace Mprpc.Interleavings.Tests;

public sealed class InFlightRequestsSchedules
{
    [Fact]
    public void WhenEmpty_CallIsRemovedWhileItsAnswerComes_DoesNotEndWithAnotherInFlight()
        => Explore.Each(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            Caller first = Add(requests);
            Add(requests);
            bool isEnded = false;

            return new Scenario(
                () => Assert.False(isEnded, "The connection was ended with a call in flight."),
                () => Caller.TryAnswer(requests, first.MessageId, 1),
                () =>
                {
                    Cancel(requests, first);
                    requests.WhenEmpty(() => isEnded = true);
                });
        });

    [Fact]
    public void Count_OtherCallComesAndGoes_IsNeverTooLow()
        => Explore.Each(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            Add(requests);
            int seen = 0;

            return new Scenario(
                () => Assert.True(seen >= 1, $"{seen} calls were counted while one was in flight all the time."),
                () => seen = requests.Count,
                () => Cancel(requests, Add(requests)));
        });

    [Fact]
    public void WhenEmpty_LastCallsAreAnsweredAndCancelledAtOnce_CallsBackOnce()
        => Explore.Each(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            Caller[] calls = [Add(requests), Add(requests)];
            int callbacks = 0;
            requests.WhenEmpty(() => callbacks++);

            return new Scenario(
                () => Assert.Equal(1, callbacks),
                () => Caller.TryAnswer(requests, calls[0].MessageId, 1),
                () => Cancel(requests, calls[1]));
        });

    [Fact]
    public void WhenEmpty_WhileTheLastAnswerComes_CallsBackOnce()
        => Explore.Each(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            Caller call = Add(requests);
            int callbacks = 0;

            return new Scenario(
                () => Assert.Equal(1, callbacks),
                () => Caller.TryAnswer(requests, call.MessageId, 1),
                () => requests.WhenEmpty(() => callbacks++));
        });

    [Fact]
    public void WhenEmpty_WhileOneIsAnsweredAndOneCancelled_CallsBackOnce()
        => Explore.Random(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            Caller[] calls = [Add(requests), Add(requests)];
            int callbacks = 0;

            return new Scenario(
                () => Assert.Equal(1, callbacks),
                () => Caller.TryAnswer(requests, calls[0].MessageId, 1),
                () => Cancel(requests, calls[1]),
                () => requests.WhenEmpty(() => callbacks++));
        });

    [Fact]
    public void Take_WhileTheTableGrows_FindsTheCall()
        => Explore.Each(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            Caller[] calls = [.. Enumerable.Range(0, 8).Select(_ => Add(requests))];
            bool isFound = false;

            return new Scenario(
                () =>
                {
                    Assert.True(isFound);
                    Assert.Equal(8, requests.Count);
                },
                () => isFound = Caller.TryAnswer(requests, calls[3].MessageId, 1),
                () => Add(requests));
        });

    [Fact]
    public void Call_AnsweredCancelledAndClosedAtOnce_EndsOnce()
        => Explore.Random(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            Caller[] calls = [Add(requests), Add(requests)];
            Array.ForEach(calls, call => call.Await());

            return new Scenario(
                () =>
                {
                    Assert.All(calls, call => Assert.Equal(1, call.Ends));
                    Assert.Equal(0, requests.Count);
                },
                () => Caller.TryAnswer(requests, calls[0].MessageId, 1),
                () => Array.ForEach(calls, call => Cancel(requests, call)),
                () => Close(requests));
        });

    [Fact]
    public void Call_AnsweredWhenItIsDue_EndsOnce()
        => Explore.Each(() =>
        {
            var clock = new ManualClock();
            var requests = new InFlightRequests(clock);
            var call = new Caller(TimeSpan.FromSeconds(1));
            Assert.True(call.TryAdd(requests));

            return new Scenario(
                () => Assert.Equal(1, call.Ends),
                () => Caller.TryAnswer(requests, call.MessageId, 1),
                () =>
                {
                    call.Await();
                    clock.Elapse(TimeSpan.FromSeconds(2));
                });
        });

    [Fact]
    public void Call_IsMadeAgainWhileTheTimerLooks_IsNotTakenForAnEarlierOne()
        => Explore.Each(() =>
        {
            // The object of the answered call is used for one that is not due, on the same connection, while the timer looks at what it found.
            var clock = new ManualClock();
            var requests = new InFlightRequests(clock);
            Caller? second = null;

            return new Scenario(
                () =>
                {
                    Assert.Equal(1, second!.Ends);
                    Assert.Equal(2, second.Result);
                },
                () =>
                {
                    var first = new Caller(TimeSpan.FromSeconds(1));
                    first.TryAdd(requests);
                    Caller.TryAnswer(requests, first.MessageId, 1);
                    first.Await();
                    second = Add(requests);
                    second.Await();
                    Caller.TryAnswer(requests, second.MessageId, 2);
                },
                () => clock.Elapse(TimeSpan.FromSeconds(2)));
        });

    [Fact]
    public void Add_WhileTheConnectionCloses_IsRefusedOrFails()
        => Explore.Each(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            var call = new Caller();
            bool isAdded = false;

            return new Scenario(
                () => Assert.Equal(isAdded, call.Task.IsCompleted),
                () => isAdded = call.TryAdd(requests),
                () => Close(requests));
        });

    private static Caller Add(InFlightRequests requests)
    {
        var call = new Caller();
        Assert.True(call.TryAdd(requests));
        return call;
    }

    private static void Cancel(InFlightRequests requests, Caller call)
    {
        if (requests.Remove(call.Call))
        {
            call.Call.Fail(new OperationCanceledException());
        }
    }

    private static void Close(InFlightRequests requests) => requests.Close(_ => new IOException("closed"));
}
