using System.Threading.Tasks.Sources;
using Mprpc.AspNetCore.Security;
using Mprpc.Connections;
using Mprpc.Interleavings.Tests.Models;
using Mprpc.Interleavings.Tests.Stepping;

namespace Mprpc.Interleavings.Tests;

public sealed class PendingCallSchedules
{
    private static readonly Action<IValueTaskSource<int>, short> GetResult = static (source, token) => source.GetResult(token);

    [Fact]
    public void Await_WhileTheAnswerComes_GoesOnOnce()
        => Explore.Each(
            () =>
            {
                var requests = new InFlightRequests(new ManualClock());
                var call = new Caller();
                call.TryAdd(requests);

                return new Scenario(
                    () =>
                    {
                        Assert.Equal(1, call.Ends);
                        Assert.Equal(7, call.Result);
                    },
                    call.Await,
                    () => Caller.TryAnswer(requests, call.MessageId, 7));
            },
            preemptions: 3);

    [Fact]
    public void GetResult_BeforeTheAnswer_ChangesNoOtherCall()
        => Explore.Each(() =>
        {
            // Item 2: what asks too early gives an object back that is in its slot; the next call gets it.
            var requests = new InFlightRequests(new ManualClock());
            var first = new Caller();
            first.TryAdd(requests);
            Caller? second = null;

            return new Scenario(
                () =>
                {
                    Assert.Equal(2, second!.Result);
                    Assert.Equal(1, second.Ends);
                },
                () =>
                {
                    first.TryMisuse(GetResult);
                    second = new Caller();
                    second.TryAdd(requests);
                    second.Await();
                    Caller.TryAnswer(requests, second.MessageId, 2);
                },
                () => Caller.TryAnswer(requests, first.MessageId, 1));
        });

    [Fact]
    public void GetResult_ByTwoThreads_GivesTheObjectBackOnce()
        => Explore.Each(
            () =>
            {
                var requests = new InFlightRequests(new ManualClock());
                var call = new Caller();
                call.TryAdd(requests);
                Caller.TryAnswer(requests, call.MessageId, 7);
                int refused = 0;
                Caller?[] next = new Caller?[2];

                return new Scenario(
                    () =>
                    {
                        Assert.Equal(1, refused);
                        Assert.NotSame(next[0]!.Call, next[1]!.Call);
                    },
                    () => Use(0),
                    () => Use(1));

                void Use(int index)
                {
                    if (call.TryMisuse(GetResult))
                    {
                        refused++;
                    }

                    next[index] = new Caller();
                }
            },
            preemptions: 3);

    [Fact]
    public void OnCompleted_OfAnEarlierUse_DoesNotTouchTheNext()
        => Explore.Each(
            () =>
            {
                // The misuse looks at the token, and is interrupted; the object becomes another call's.
                var requests = new InFlightRequests(new ManualClock());
                var first = new Caller();
                first.TryAdd(requests);
                int misuses = 0;
                Caller? second = null;

                return new Scenario(
                    () =>
                    {
                        Assert.Equal(1, second!.Ends);
                        Assert.Equal(2, second.Result);
                        Assert.InRange(misuses, 0, 1);
                    },
                    () => first.TryMisuse((source, token) => source.OnCompleted(_ => misuses++, null, token, ValueTaskSourceOnCompletedFlags.None)),
                    () =>
                    {
                        Caller.TryAnswer(requests, first.MessageId, 1);
                        first.Await();
                        second = new Caller();
                        second.TryAdd(requests);
                        second.Await();
                        Caller.TryAnswer(requests, second.MessageId, 2);
                    });
            },
            preemptions: 3);

    [Fact]
    public void OnCompleted_ByTwoThreads_OneIsRefusedAndTheOtherHasTheResult()
        => Explore.Random(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            var call = new Caller();
            call.TryAdd(requests);
            int refused = 0;
            List<int> results = [];

            return new Scenario(
                () =>
                {
                    Assert.Equal(1, refused);
                    Assert.Equal([7], results);
                },
                Register,
                Register,
                () => Caller.TryAnswer(requests, call.MessageId, 7));

            // As compiled code goes on: it asks for the result where its continuation runs.
            void Register()
                => Assert.False(call.TryMisuse((source, token) => source.OnCompleted(_ => GoOn(), null, token, ValueTaskSourceOnCompletedFlags.None)));

            void GoOn()
            {
                if (call.TryMisuse((source, token) => results.Add(source.GetResult(token))))
                {
                    refused++;
                }
            }
        });

    [Fact]
    public void OnCompleted_OfASecondWhileTheAnswerComes_GivesTheResultToOneAndRefusesTheOther()
        => Explore.Each(
            () =>
            {
                var requests = new InFlightRequests(new ManualClock());
                var call = new Caller();
                call.TryAdd(requests);
                call.Await();
                int? result = null;
                bool hasGoneOn = false;

                return new Scenario(
                    () =>
                    {
                        Assert.Equal(1, call.Ends);
                        Assert.True(hasGoneOn);

                        // The second has it only if the answer was there before it, and the first had not read it yet.
                        Assert.Equal(7, (call.Result ?? 0) + (result ?? 0));
                        Assert.Equal(result is null, call.Error is null);
                    },
                    () => call.TryMisuse((source, token) => source.OnCompleted(
                        _ =>
                        {
                            hasGoneOn = true;
                            call.TryMisuse((source, token) => result = source.GetResult(token));
                        },
                        null,
                        token,
                        ValueTaskSourceOnCompletedFlags.None)),
                    () => Caller.TryAnswer(requests, call.MessageId, 7));
            },
            preemptions: 3);

    [Fact]
    public void Misuse_OfAnyKindBesideTheCallsOfTwoThreads_ChangesNone()
        => Explore.Random(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            var first = new Caller();
            first.TryAdd(requests);
            Caller? second = null;

            return new Scenario(
                () =>
                {
                    Assert.Equal(1, second!.Ends);
                    Assert.Equal(2, second.Result);
                },
                () =>
                {
                    first.TryMisuse(GetResult);
                    first.TryMisuse(static (source, token) => source.GetStatus(token));
                    first.TryMisuse(GetResult);
                },
                () => first.TryMisuse(static (source, token) => source.OnCompleted(static _ => { }, null, token, ValueTaskSourceOnCompletedFlags.None)),
                () =>
                {
                    Caller.TryAnswer(requests, first.MessageId, 1);
                    first.TryMisuse(GetResult);
                    second = new Caller();
                    second.TryAdd(requests);
                    second.Await();
                    Caller.TryAnswer(requests, second.MessageId, 2);
                });
        });
}
