using System.Net.WebSockets;
using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.WebSockets.Kit;

namespace Mprpc.AspNetCore.Tests.WebSockets;

/// <summary>A stop takes no longer over WebSockets than over TCP, whatever the peer does.</summary>
/// <remarks>The clock stands still where nothing is to be waited for, so that any wait for time would fail the test.</remarks>
public sealed class WebSocketStopTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_WhileAPeerNeverPausesNorCloses_DoesNotWaitForItsClose(bool reads)
    {
        await using RpcHost host = await StartAsync(new FakeTimeProvider());
        await using RawWebSocket socket = await RawWebSocket.OpenAsync(host.Http, "/rpc");
        byte[] notifications = Hex.Bytes(Hex.Repeat("9302a4776f726b90", 20_000));
        Task flooding = Task.Run(() => FloodAsync(socket, notifications));
        Task<byte[]?> closing = reads ? Task.Run(() => ReadCloseAsync(socket)) : Task.FromResult<byte[]?>(null);
        await Bounded.Until(() => Volatile.Read(ref Service.Calls) > 0, "that it is called");

        await host.App.StopAsync().InTime();
        await flooding.InTime();
        byte[]? close = await closing.InTime();

        Assert.Equal(reads ? Hex.Text([0x03, 0xe9]) : null, close is null ? null : Hex.Text(close.AsSpan(0, 2)));      // 1001, going away
    }

    [Fact]
    public async Task Stop_WithAPeerThatSaysNothing_WaitsASecondForItsClose()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(clock);
        await using RawWebSocket socket = await RawWebSocket.OpenAsync(host.Http, "/rpc");
        await socket.SendAsync(RawWebSocket.Binary, Hex.Bytes("94 00 01 a5 636f756e74 90"));
        await socket.ReadUntilAsync(RawWebSocket.Binary);

        Task stopping = host.App.StopAsync();
        await socket.ReadUntilAsync(RawWebSocket.Close);
        bool hasWaited = !stopping.IsCompleted;

        await Bounded.Until(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(10));
                return stopping.IsCompleted;
            },
            "the stop");
        Assert.True(hasWaited);
        Assert.InRange(clock.GetUtcNow() - clock.Start, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(1));
    }

    private static async Task FloodAsync(RawWebSocket socket, byte[] notifications)
    {
        try
        {
            while (true)
            {
                await socket.SendAsync(RawWebSocket.Binary, notifications);
            }
        }
        catch (IOException)
        {
            // The server has closed the connection.
        }
    }

    private static async Task<byte[]?> ReadCloseAsync(RawWebSocket socket)
    {
        try
        {
            return await socket.ReadUntilAsync(RawWebSocket.Close);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Task<RpcHost> StartAsync(TimeProvider clock)
        => RpcHost.StartAsync(
            builder => builder.Services.AddSingleton(clock).AddMprpc().AddService<Service>(),
            app => app.MapMprpcWebSocket("/rpc"));

    private sealed class Service
    {
        public static int Calls;

        public void Work() => Interlocked.Increment(ref Calls);

        public int Count() => 1;
    }
}
