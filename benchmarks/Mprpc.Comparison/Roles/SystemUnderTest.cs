using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison.Roles;

/// <summary>One system in one scenario: its server process and its client process.</summary>
internal sealed class SystemUnderTest : IAsyncDisposable
{
    private SystemUnderTest(Peer peer, ChildProcess server, ChildProcess client)
    {
        Peer = peer;
        Server = server;
        Client = client;
    }

    public Peer Peer { get; }

    public ChildProcess Server { get; }

    public ChildProcess Client { get; }

    public static async Task<SystemUnderTest> StartAsync(Peer peer, Scenario scenario)
    {
        ChildProcess server = ChildProcess.Start(peer.Program, "serve", peer.RoleName);
        ChildProcess? client = null;
        try
        {
            string endPoint = await server.ReadLineAsync();
            client = ChildProcess.Start(peer.Program, "drive", peer.RoleName, scenario.Name, endPoint);
            await client.ReadLineAsync();
            return new SystemUnderTest(peer, server, client);
        }
        catch
        {
            await server.DisposeAsync();
            if (client is not null)
            {
                await client.DisposeAsync();
            }

            throw;
        }
    }

    // The server first: who closes keeps the port in TIME_WAIT, and it has one port where the client has thousands.
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Client.DisposeAsync();
    }
}
