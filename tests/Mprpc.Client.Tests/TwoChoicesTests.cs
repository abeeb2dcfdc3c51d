using Microsoft.Extensions.Time.Testing;
using Mprpc.Client.Pooling;
using Mprpc.Client.Transports;

namespace Mprpc.Client.Tests;

/// <summary>
/// How calls are shared out among servers: simulated, with callers that call again when they are answered, and a clock that goes from event to event.
/// </summary>
public sealed class TwoChoicesTests
{
    private const int Calls = 30_000;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    public void Share_EqualLatency_IsThatOfTheOthers(int callers)
    {
        int[] taken = Simulate(callers, [5, 5, 5, 5]);

        Assert.All(taken, calls => Assert.InRange(calls, 0.8 * Calls / 4, 1.2 * Calls / 4));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    public void Share_OneIsTenTimesSlower_IsLessThanThreeTenths(int callers)
    {
        int[] taken = Simulate(callers, [50, 5, 5]);

        Assert.InRange(taken[0], 1, 0.3 * taken[1]);
        Assert.InRange(taken[0], 1, 0.3 * taken[2]);
        Assert.InRange(taken[1], 0.8 * taken[2], 1.2 * taken[2]);
    }

    [Fact]
    public void Share_SlowOneRecovers_IsThatOfTheOthersAgain()
    {
        double[] milliseconds = [50, 5, 5];
        int[] taken = Simulate(8, milliseconds, (call, counts) =>
        {
            if (call == Calls / 2)
            {
                milliseconds[0] = 5;
            }

            // What it has got since it was seen to be fast again.
            if (call == Calls * 3 / 4)
            {
                Array.Clear(counts);
            }
        });

        Assert.All(taken, calls => Assert.InRange(calls, 0.8 * Calls / 4 / 3, 1.2 * Calls / 4 / 3));
    }

    [Fact]
    public void Choose_NothingIsThere_IsNothing() => Assert.Null(new TwoChoices<object>(new Random(1)).Choose());

    private static int[] Simulate(int callers, double[] milliseconds, Action<int, int[]>? atCall = null)
    {
        var clock = new FakeTimeProvider();
        var random = new Random(19);
        Server[] servers = [.. milliseconds.Select((_, index) => new Server(index, clock))];
        int[] taken = new int[servers.Length];
        var answers = new PriorityQueue<(Server Server, long Started, bool IsMeasured), double>();
        double now = 0;

        for (int call = 0; call < Calls; call++)
        {
            atCall?.Invoke(call, taken);

            if (answers.Count == callers)
            {
                answers.TryDequeue(out var answer, out double at);
                clock.Advance(TimeSpan.FromMilliseconds(at - now));
                now = at;
                answer.Server.Load--;

                if (answer.IsMeasured)
                {
                    answer.Server.Latency.Record(answer.Started);
                }
            }

            var choice = new TwoChoices<Server>(random);
            Array.ForEach(servers, server => choice.Add(server, server.Load, server.Latency.Seconds));
            Server chosen = choice.Choose()!;
            chosen.Load++;
            taken[chosen.Index]++;
            bool isMeasured = choice.IsProbe || chosen.Latency.IsNextMeasured();
            answers.Enqueue((chosen, clock.GetTimestamp(), isMeasured), now + (milliseconds[chosen.Index] * (0.9 + (0.2 * random.NextDouble()))));
        }

        return taken;
    }

    private sealed class Server(int index, TimeProvider clock)
    {
        public int Index => index;

        public int Load { get; set; }

        public ServerLatency Latency { get; } = new(clock);
    }
}
