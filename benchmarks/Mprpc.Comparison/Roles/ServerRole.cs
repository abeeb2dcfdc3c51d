using System.Net;
using System.Text.Json;
using Mprpc.Comparison.Load;
using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison.Roles;

/// <summary>The server process: serves one system, and tells the parent over stdin and stdout what that cost. Ends when stdin does.</summary>
internal static class ServerRole
{
    public static void Run(Peer peer)
    {
        // The main thread waits for commands, so that no pool thread is lost to it.
        IPEndPoint endPoint = peer.ServeAsync().GetAwaiter().GetResult();
        Console.WriteLine(endPoint);
        while (Console.ReadLine() is { } command)
        {
            Console.WriteLine(command switch
            {
                "usage" => JsonSerializer.Serialize(ProcessUsage.Now()),
                "heap" => JsonSerializer.Serialize(HeapBytes()),
                _ => throw new ArgumentException($"A server does not know the command '{command}'."),
            });
        }
    }

    private static long HeapBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
