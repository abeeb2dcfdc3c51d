using Mprpc.Client;

namespace Mprpc.Reliability.Server;

/// <summary>A flood of some connections keeps nobody else out.</summary>
public sealed class PlacesTests
{
    private const int Flooders = 10;
    private const int CallsOfAFlooder = 1_000;      // MaxCallsInFlightPerConnection
    private const int Places = 10_000;              // MaxCallsInFlight
    private const int Reserved = Places / 10;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Flood_ThatTakesAllPlacesItCan_LeavesSomeForConnectionsWithoutCalls()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        byte[] requests = WireBytes.Repeat(WireBytes.Request(1, "hold", 0x90), CallsOfAFlooder);
        List<LoadSocket> flooders = [];

        try
        {
            for (int i = 0; i < Flooders; i++)
            {
                flooders.Add(await LoadSocket.DialAsync(server.EndPoint));
                await flooders[^1].SendAsync(requests);
            }

            int running = 0;

            // Each question on a connection of its own, which has no call running.
            while (running < Places - Reserved)
            {
                running = await AskAsync<int>(server, "running", running);
                Assert.InRange(running, 0, Places);
            }

            for (int i = 0; i < 50; i++)
            {
                Assert.Equal(i + 1, await AskAsync<int>(server, "sum", running, i, 1));
            }

            await AskAsync<MprpcRaw>(server, "release", running);
        }
        finally
        {
            flooders.ForEach(flooder => flooder.Dispose());
        }
    }

    private static async Task<T> AskAsync<T>(ServerProcess server, string method, int running, params object?[] arguments)
    {
        await using var client = new MprpcClient(server.Url);

        try
        {
            return await client.CallAsync<T>(method, new MprpcCallOptions { Timeout = Bound }, arguments);
        }
        catch (TimeoutException)
        {
            Assert.Fail(
                $"A connection without calls waits for more than {Bound.TotalSeconds} s for the answer to '{method}'; at last {running:N0} calls of "
                + $"{Flooders} others ran.");
            throw;
        }
    }
}
