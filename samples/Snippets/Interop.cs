using Mprpc;
using Mprpc.Client;

namespace Snippets.Interop;

internal static class Interop
{
    public static async Task UsePresetsAsync(WebApplication app)
    {
        // snippet: interop/presets
        app.MapMprpcService<SumServer>(6000).WithEndpoint(o => o.UsePeer(MprpcPeer.MsgpackRpcJava));      // a listener for these clients
        await using var client = new MprpcClient("tcp://127.0.0.1:6000", new MprpcClientOptions().UsePeer(MprpcPeer.MprpcPython));   // a client of this server
        // end snippet
    }

    public static void MapTwice(WebApplication app)
    {
        // snippet: interop/two-listeners
        app.MapMprpcService<SumServer>("tcp://0.0.0.0:6000");
        app.MapMprpcService<SumServer>("tcp://0.0.0.0:6001").WithEndpoint(o => o.UsePeer(MprpcPeer.MsgpackRpcJava));
        // end snippet
    }

    public static async Task ServeArduinoAsync()
    {
        // snippet: interop/arduino
        var options = new MprpcClientOptions().UsePeer(MprpcPeer.ArduinoRouter).AddHandler("sum", (int x, int y) => x + y);
        await using var client = await MprpcClient.ConnectAsync("unix:///var/run/arduino-router.sock", options);
        await client.CallAsync("$/register", "sum");
        // end snippet
    }
}

internal sealed class SumServer
{
    public int Sum(int x, int y) => x + y;
}
