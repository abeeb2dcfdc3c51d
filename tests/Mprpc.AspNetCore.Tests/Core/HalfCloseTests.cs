using System.Diagnostics;

namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>Whatever way calls run, each is counted once when it begins and once when it ends; so a half-closed connection ends with its last answer.</summary>
[Collection(CoreTestsGroup.Name)]
public sealed class HalfCloseTests
{
    private const int Rounds = 40;
    private const int Peers = 8;
    private const int CallsOfAPeer = 24;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HalfClose_BehindCallsAboutAsLongAsTheGuardsTick_EndsWithTheLastAnswer(bool isBusy)
    {
        await using RpcHost host = await RpcHost.StartAsync<Mixed>(
            options => options.Limits.HalfCloseTimeout = TimeSpan.FromMinutes(10), services => services.AddSingleton<Mixed>());
        IMprpcServer server = host.App.Services.GetRequiredService<IMprpcServer>();
        using BusyProcessors? busy = isBusy ? new BusyProcessors() : null;
        using var end = new CancellationTokenSource();
        int least = 0;
        Task sampling = Task.Factory.StartNew(
            () =>
            {
                while (!end.IsCancellationRequested)
                {
                    least = Math.Min(least, server.RunningCallCount);
                    Thread.Yield();
                }
            },
            TaskCreationOptions.LongRunning);

        for (int round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Peers).Select(seed => TalkAsync(host, (round * Peers) + seed)));
        }

        await Bounded.Until(() => server.RunningCallCount == 0, $"no running calls; there are {server.RunningCallCount}");
        await end.CancelAsync();
        await sampling;
        Assert.Equal(0, least);
    }

    private static async Task TalkAsync(RpcHost host, int seed)
    {
        var random = new Random(seed);
        await using RawPeer peer = await host.DialAsync();
        List<byte> bytes = [];

        for (int i = 0; i < CallsOfAPeer; i++)
        {
            // [0, i, "work", [0 to 2, 0 to 22]]: at once, blocking about as long as one or two ticks of 10 ms, or awaiting.
            int kind = random.Next(8) switch { < 5 => 0, < 7 => 1, _ => 2 };
            bytes.AddRange([0x94, 0x00, (byte)i, .. Hex.Bytes("a4776f726b"), 0x92, (byte)kind, (byte)random.Next(8, 23)]);
        }

        await peer.SendAsync(bytes.ToArray());
        peer.FinishSending();
        List<string> answers = await peer.ReadMessagesAsync(CallsOfAPeer);
        Task<string> ended = peer.ReadToAnyEndAsync();

        Assert.Equal(Enumerable.Range(0, CallsOfAPeer).Select(i => $"9401{i:x2}c000"), answers.Order(StringComparer.Ordinal));
        Assert.Equal("", await ended);
    }

    public sealed class Mixed
    {
        public Task<int> WorkAsync(int kind, int milliseconds) => kind switch
        {
            0 => Task.FromResult(0),
            1 => Task.FromResult(Block(milliseconds)),
            _ => DelayAsync(milliseconds),
        };

        private static int Block(int milliseconds)
        {
            var watch = Stopwatch.StartNew();

            while (watch.ElapsedMilliseconds < milliseconds)
            {
                Thread.SpinWait(20);
            }

            return 0;
        }

        private static async Task<int> DelayAsync(int milliseconds)
        {
            await Task.Delay(milliseconds);
            return 0;
        }
    }
}
