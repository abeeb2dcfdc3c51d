using System.Diagnostics;
using System.Net.Sockets;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>An answer leaves soon after its method has ended, whatever else its connection has to do.</summary>
[Collection(CoreTestsGroup.Name)]
public sealed class EarlyAnswerTests
{
    // The shorter ones are surely not taken for calls that block, even on a busy machine.
    [Theory]
    [InlineData(200, 5)]
    [InlineData(400, 1)]
    public async Task Answers_OfABatchThatTakesLong_DoNotWaitForItsEnd(int calls, int milliseconds)
    {
        var service = new Slow();
        await using RpcHost host = await RpcHost.StartAsync<Slow>(services: services => services.AddSingleton(service));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)Bounded.Time.TotalMilliseconds,
        };
        await socket.ConnectAsync(host.Rpc).InTime();
        int ranAtFirstAnswer = -1;
        var reader = new Thread(() =>
        {
            socket.Receive(new byte[1]);
            ranAtFirstAnswer = service.Ran;
        }) { IsBackground = true };
        reader.Start();

        // [0, 1, "work", [milliseconds]]: all in one segment.
        await socket.SendAsync(Hex.Bytes(Hex.Repeat($"940001a4776f726b91{milliseconds:x2}", calls))).InTime();
        Assert.True(reader.Join(Bounded.Time), "No answer came at all.");
        await Bounded.Until(() => service.Ran == calls, "the end of all calls");

        Assert.True(ranAtFirstAnswer < calls / 2, $"The first answer came when {ranAtFirstAnswer} of {calls} calls had run.");
    }

    [Fact]
    public async Task Answers_WhileTheServerPushesWithoutEnd_LeaveAmongWhatIsPushed()
    {
        const int Sums = 50;
        const int Bound = Sums * 4_000;     // a fraction of the tens of thousands each that a wait for an empty output took
        var service = new Pushing();
        await using RpcHost host = await RpcHost.StartAsync<Pushing>(services: services => services.AddSingleton(service));
        long received = 0;
        await using var client = new MprpcClient(
            $"tcp://{host.Rpc}", new MprpcClientOptions().AddHandler("tick", (byte[] _) => { Interlocked.Increment(ref received); }));
        Task pushing = client.CallAsync("push").AsTask();
        await Bounded.Until(() => Interlocked.Read(ref received) > 1_000, "the first pushes");

        // One after the other: each waits for its answer alone.
        long before = Interlocked.Read(ref received);
        var times = new List<double>();

        for (int i = 0; i < Sums; i++)
        {
            var watch = Stopwatch.StartNew();
            Assert.Equal(i + 1, await client.CallAsync<int>("sum", i, 1).InTime());
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        long pushed = Interlocked.Read(ref received) - before;
        service.Stop();
        await pushing.InTime();

        Assert.True(pushed < Bound, $"{Sums} answers came among {pushed:N0} pushed messages, {pushed / Sums:N0} each; the slowest took {times.Max():N0} ms.");
    }

    public sealed class Slow
    {
        private int _ran;

        public int Ran => Volatile.Read(ref _ran);

        [MprpcMethod("work")]
        public int Work(int milliseconds)
        {
            var watch = Stopwatch.StartNew();

            while (watch.ElapsedMilliseconds < milliseconds)
            {
                Thread.SpinWait(50);
            }

            return Interlocked.Increment(ref _ran);
        }
    }

    public sealed class Pushing
    {
        private bool _isOver;

        public void Stop() => Volatile.Write(ref _isOver, true);

        public int Sum(int x, int y) => x + y;

        public async Task PushAsync(MprpcCallContext context)
        {
            ArgumentNullException.ThrowIfNull(context);
            MprpcConnection connection = context.Connection;
            byte[] payload = new byte[1_024];

            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (!Volatile.Read(ref _isOver))
                {
                    await connection.NotifyAsync("tick", payload);
                }
            })));
        }
    }
}
