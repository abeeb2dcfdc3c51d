using System.Threading.Tasks.Sources;
using Mprpc.Connections;
using Mprpc.Interleavings.Tests.Models;
using Mprpc.Interleavings.Tests.Stepping;

namespace Mprpc.Interleavings.Tests;

public sealed class PendingCallSchedules
{
    private static readonly Action<IValueTaskSource<int>, short> GetResult = static (source, token) => source.GetResult(token);
    private static readonly Action<IValueTaskSource<int>, short> OnCompleted =
        static (source, token) => source.OnCompleted(static _ => throw new InvalidOperationException("The misuse goes on."), state: null, token, ValueTaskSourceOnCompletedFlags.None);

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
    public void OnCompleted_ByTwoThreads_OneIsRefusedAndTheOtherGoesOn()
        => Explore.Random(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            var call = new Caller();
            call.TryAdd(requests);
            int refused = 0;
            int[] wentOn = [0, 0];

            return new Scenario(
                () => Assert.Equal(2, refused + wentOn.Sum()),
                () => Register(0),
                () => Register(1),
                () => Caller.TryAnswer(requests, call.MessageId, 1));

            void Register(int index)
            {
                if (call.TryMisuse((source, token) => source.OnCompleted(_ => wentOn[index]++, null, token, ValueTaskSourceOnCompletedFlags.None)))
                {
                    refused++;
                }
            }
        });

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

    [Fact]
    public void OnCompleted_Twice_IsRefused()
    {
        var call = new Caller();

        Assert.False(call.TryMisuse(OnCompleted));
        Assert.True(call.TryMisuse(OnCompleted));
    }
}
