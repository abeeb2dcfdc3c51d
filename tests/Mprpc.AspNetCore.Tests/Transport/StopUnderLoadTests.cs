using System.Net.Sockets;

namespace Mprpc.AspNetCore.Tests.Transport;

/// <summary>What a peer goes on to send does not keep the server from stopping.</summary>
public sealed class StopUnderLoadTests
{
    [Fact]
    public async Task Stop_WhileAPeerNeverPauses_DoesNotWaitForItsEnd()
    {
        await using RpcHost host = await RpcHost.StartAsync<Slow>();
        await using RawPeer peer = await host.DialAsync();
        byte[] notifications = Hex.Bytes(Hex.Repeat("9302a4776f726b90", 20_000));
        Task flooding = Task.Run(() => FloodAsync(peer, notifications));
        await Bounded.Until(() => Volatile.Read(ref Slow.Calls) > 0, "that it is called");

        await host.App.StopAsync().InTime();

        await flooding.InTime();
    }

    private static async Task FloodAsync(RawPeer peer, byte[] notifications)
    {
        try
        {
            while (true)
            {
                await peer.SendAsync(notifications);
            }
        }
        catch (SocketException)
        {
            // The server has closed the connection.
        }
    }

    private sealed class Slow
    {
        public static int Calls;

        /// <summary>Takes longer than it takes to call it.</summary>
        public void Work()
        {
            Interlocked.Increment(ref Calls);
            Thread.SpinWait(500);
        }
    }
}
