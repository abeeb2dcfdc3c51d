using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Mprpc.Comparison.Load;
using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison.Roles;

/// <summary>The client process: opens the scenario's connections, then makes load when the parent says so. Ends when stdin does.</summary>
internal static class ClientRole
{
    public static void Run(Peer peer, Scenario scenario, IPEndPoint server)
    {
        if (scenario.Operation == Operation.Idle)
        {
            RunIdle(peer, server);
        }
        else
        {
            RunLoad(peer, scenario, server);
        }
    }

    // Command: the window's length in milliseconds. Answer: a WindowReport.
    private static void RunLoad(Peer peer, Scenario scenario, IPEndPoint server)
    {
        ILoad load = peer.ConnectAsync(server, scenario).GetAwaiter().GetResult();
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } command)
        {
            TimeSpan window = TimeSpan.FromMilliseconds(int.Parse(command, CultureInfo.InvariantCulture));
            Console.WriteLine(JsonSerializer.Serialize(load.RunAsync(window).GetAwaiter().GetResult()));
        }
    }

    // Command: how many more connections to open. Answer: how many there are.
    private static void RunIdle(Peer peer, IPEndPoint server)
    {
        var connections = new ConcurrentBag<IAsyncDisposable>();
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } command)
        {
            int more = int.Parse(command, CultureInfo.InvariantCulture);
            Parallel.ForAsync(0, more, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, _) => connections.Add(await peer.OpenIdleAsync(server)))
                .GetAwaiter()
                .GetResult();
            Console.WriteLine(connections.Count);
        }
    }
}
