using System.Collections.Concurrent;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Core.Tests.Concurrency;

/// <summary>Whoever races for a call, one of them gets it.</summary>
public sealed class InFlightRequestsRaceTests
{
    private const int Rounds = 60;
    private const int CallsPerThread = 300;

    [Fact]
    public async Task Calls_AddedTakenCancelledTimedOutAndClosedAtOnce_CompleteOnceEach()
    {
        for (int round = 0; round < Rounds; round++)
        {
            var requests = new InFlightRequests(TimeProvider.System);
            var added = new ConcurrentQueue<Call>();
            var refused = 0;
            bool isOver = false;
            requests.NextId = round % 2 == 0 ? 0 : int.MaxValue - CallsPerThread;

            await Noise.RunAsync(
                [
                    .. Enumerable.Repeat<Action<Random>>(random => Add(random), 3),
                    random => Answer(random),
                    random => Cancel(random),
                    random =>
                    {
                        Thread.SpinWait(random.Next(200_000));
                        requests.Close(_ => new IOException("closed"));
                    },
                ]);

            void Add(Random random)
            {
                for (int i = 0; i < CallsPerThread; i++)
                {
                    var call = new Call(i % 3 == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 4)) : Timeout.InfiniteTimeSpan);

                    if (!requests.TryAdd(call))
                    {
                        Interlocked.Increment(ref refused);
                        continue;
                    }

                    added.Enqueue(call);
                    Noise.Make(random);
                }

                Volatile.Write(ref isOver, true);
            }

            // The read loop: the only one who may take.
            void Answer(Random random)
            {
                while (!Volatile.Read(ref isOver))
                {
                    foreach (Call call in added)
                    {
                        if (random.Next(3) == 0 && requests.Take(call.MessageId) is { } taken)
                        {
                            Assert.Same(call, taken);
                            taken.Complete(onThisThread: true);
                        }

                        Noise.Make(random);
                    }
                }
            }

            void Cancel(Random random)
            {
                while (!Volatile.Read(ref isOver))
                {
                    foreach (Call call in added)
                    {
                        if (random.Next(3) == 0 && requests.Remove(call))
                        {
                            call.Fail(new OperationCanceledException());
                        }

                        Noise.Make(random);
                    }
                }
            }

            requests.Close(_ => new IOException("closed"));
            Assert.Equal(3 * CallsPerThread, added.Count + refused);

            // What the timer has taken it may complete just after.
            Assert.True(
                SpinWait.SpinUntil(() => added.All(call => call.Completions == 1), TimeSpan.FromSeconds(20)),
                $"Completions: {string.Join(' ', added.GroupBy(call => call.Completions).Select(g => $"{g.Key}:{g.Count()}"))}");
            Assert.Equal(0, requests.Count);
        }
    }

    [Fact]
    public async Task Calls_AnsweredWhileTheTableGrows_AreAllFound()
    {
        for (int round = 0; round < Rounds; round++)
        {
            var requests = new InFlightRequests(TimeProvider.System);
            var toAnswer = new BlockingCollection<int>();
            List<Call> calls = [];
            int lost = 0;

            await Noise.RunAsync(
                random =>
                {
                    for (int i = 0; i < 1_000; i++)
                    {
                        var call = new Call(Timeout.InfiniteTimeSpan);
                        calls.Add(call);
                        Assert.True(requests.TryAdd(call));
                        toAnswer.Add(call.MessageId);
                        Noise.Make(random);
                    }

                    toAnswer.CompleteAdding();
                },
                random =>
                {
                    foreach (int id in toAnswer.GetConsumingEnumerable())
                    {
                        PendingCall? call = requests.Take(id);
                        lost += call is null ? 1 : 0;
                        call?.Complete(onThisThread: true);
                        Noise.Make(random);
                    }
                });

            Assert.Equal(0, lost);
            Assert.All(calls, call => Assert.Equal(1, call.Completions));
            toAnswer.Dispose();
        }
    }

    [Fact]
    public async Task Calls_AnsweredWhileALargeTableGrows_AreAllFound()
    {
        // Half of the slots: the next call moves them all, which takes long enough to be met.
        const int Calls = 32 * 1024;

        for (int round = 0; round < 10; round++)
        {
            var requests = new InFlightRequests(TimeProvider.System);
            int lost = 0;

            for (int i = 0; i < Calls; i++)
            {
                Assert.True(requests.TryAdd(new Call(Timeout.InfiniteTimeSpan)));
            }

            await Noise.RunAsync(
                _ => requests.TryAdd(new Call(Timeout.InfiniteTimeSpan)),
                _ =>
                {
                    for (int id = 0; id < Calls; id++)
                    {
                        lost += requests.Take(id) is null ? 1 : 0;
                    }
                });

            Assert.Equal(0, lost);
            Assert.Equal(1, requests.Count);
        }
    }

    [Fact]
    public async Task WhenEmpty_RacingTheLastAnswer_CallsBackOnce()
    {
        for (int round = 0; round < Rounds * 10; round++)
        {
            var requests = new InFlightRequests(TimeProvider.System);
            Call[] calls = [new(Timeout.InfiniteTimeSpan), new(Timeout.InfiniteTimeSpan)];
            int callbacks = 0;
            Assert.All(calls, call => Assert.True(requests.TryAdd(call)));

            await Noise.RunAsync(
                random =>
                {
                    Noise.Make(random);
                    requests.WhenEmpty(() => Interlocked.Increment(ref callbacks));
                },
                random =>
                {
                    Noise.Make(random);
                    requests.Take(calls[0].MessageId);
                },
                random =>
                {
                    Noise.Make(random);
                    requests.Remove(calls[1]);
                });

            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref callbacks) > 0, TimeSpan.FromSeconds(20)));
            Assert.Equal(1, callbacks);
        }
    }

    private sealed class Call : PendingCall
    {
        private int _completions;

        public Call(TimeSpan timeout) => Prepare("test", timeout);

        public int Completions => Volatile.Read(ref _completions);

        public override void SetError(Exception exception)
        {
        }

        public override void Complete(bool onThisThread) => Interlocked.Increment(ref _completions);

        protected override void ReadResult(ref MprpcReader reader)
        {
        }
    }
}
