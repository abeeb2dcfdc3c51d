using Mprpc.AspNetCore.Tests.WebSockets.Kit;

namespace Mprpc.AspNetCore.Tests.WebSockets;

/// <summary>What keeps a WebSocket alive is answered whatever its calls do.</summary>
public sealed class PingTests
{
    private static readonly byte[] s_ping = [1, 2, 3];

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2_000, 0)]
    [InlineData(20_000, 0)]     // some hundred KiB that wait unread
    [InlineData(10, 90_000)]
    public async Task Ping_WhileCallsRunAndOthersWait_IsAnswered(int calls, int size)
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate, options => options.Limits.MaxCallsInFlightPerConnection = 5);
        await using RawWebSocket socket = await RawWebSocket.OpenAsync(host.Http, "/rpc");

        // [0, 1, "wait", [bin]]
        byte[] call = [.. Hex.Bytes($"94 00 01 a4 77616974 91 c6 {size:x8}"), .. new byte[size]];
        await socket.SendAsync(RawWebSocket.Binary, Enumerable.Repeat(call, calls).SelectMany(bytes => bytes).ToArray());
        await socket.SendAsync(RawWebSocket.Ping, s_ping);
        (int Opcode, byte[] Payload) first = await socket.ReadAsync();
        gate.Opened.SetResult();

        Assert.Equal((RawWebSocket.Pong, Hex.Text(s_ping)), (first.Opcode, Hex.Text(first.Payload)));
        Assert.Equal(calls, await CountAnswersAsync(socket, calls));
    }

    [Fact]
    public async Task Ping_WhileAMethodBlocks_IsAnswered()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate);
        await using RawWebSocket socket = await RawWebSocket.OpenAsync(host.Http, "/rpc");

        await socket.SendAsync(RawWebSocket.Binary, Hex.Bytes("94 00 01 a5 626c6f636b 90"));
        await socket.SendAsync(RawWebSocket.Ping, s_ping);
        (int opcode, _) = await socket.ReadAsync();
        gate.Opened.SetResult();

        Assert.Equal(RawWebSocket.Pong, opcode);
    }

    [Fact]
    public async Task Ping_WhileAnswersWaitToBeRead_IsAnsweredBetweenThem()
    {
        const int Calls = 300;
        await using RpcHost host = await StartAsync(new Gate());
        await using RawWebSocket socket = await RawWebSocket.OpenAsync(host.Http, "/rpc");

        // [0, 1, "lot", []]: 64 KiB each, far more than the buffers between hold.
        await socket.SendAsync(RawWebSocket.Binary, Hex.Bytes(Hex.Repeat("940001a36c6f7490", Calls)));
        await socket.SendAsync(RawWebSocket.Ping, s_ping);
        long before = 0;

        while (await socket.ReadAsync() is var frame && frame.Opcode != RawWebSocket.Pong)
        {
            before += frame.Payload.Length;
        }

        Assert.True(before < Calls * 64 * 1024 / 2, $"{before} bytes came before the pong.");
    }

    /// <summary>Reads so many answers, <c>94 01 01 c0 01</c> each, in however many messages.</summary>
    private static async Task<int> CountAnswersAsync(RawWebSocket socket, int atLeast)
    {
        const int Length = 5;
        int bytes = 0;

        while (bytes < atLeast * Length)
        {
            (int opcode, byte[] payload) = await socket.ReadAsync();
            Assert.Equal(RawWebSocket.Binary, opcode);
            bytes += payload.Length;
        }

        return bytes / Length;
    }

    private static Task<RpcHost> StartAsync(Gate gate, Action<MprpcServerOptions>? configure = null)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(gate);
                builder.Services.AddMprpc(configure).AddService<Service>();
            },
            app => app.MapMprpcWebSocket("/rpc"));

    private sealed class Gate
    {
        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Service(Gate gate)
    {
        public async Task<int> WaitAsync(byte[] ignored, CancellationToken cancellationToken)
        {
            await gate.Opened.Task.WaitAsync(cancellationToken);
            return ignored.Length == 0 ? 1 : 2;
        }

        public int Block()
        {
            gate.Opened.Task.Wait();
            return 1;
        }

        public byte[] Lot() => new byte[64 * 1024];
    }
}
