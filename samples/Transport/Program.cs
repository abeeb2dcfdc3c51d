using System.IO.Pipes;
using Mprpc;
using Mprpc.AspNetCore;
using Mprpc.Client;
using Transport;

// MessagePack-RPC over a carrier of one's own. A named pipe stands for a serial line here; with System.IO.Ports it would be
// new SerialPort("/dev/ttyACM0", 115200), opened, and MprpcTransport.FromStream(port.BaseStream).
string device = $"mprpc-sample-{Environment.ProcessId}";

// ---- the server: it has no listener, only the lines that it is given
var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls("http://127.0.0.1:0");      // HTTP is not needed here
builder.Services.AddMprpc().AddService<Router>();
builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<LineServer>(services, device));

var app = builder.Build();
await app.StartAsync();

// ---- the client: it asks for a transport for its first connection, and again after a loss
await using var board = new MprpcClient(new MprpcClientOptions
{
    Url = device,       // only a name, for errors and logs
    ConnectCallback = async (_, cancellationToken) =>
    {
        var pipe = new NamedPipeClientStream(".", device, PipeDirection.InOut, PipeOptions.Asynchronous);
        await pipe.ConnectAsync(cancellationToken);
        return MprpcTransport.FromStream(pipe);
    },
});
board.On("read_pin", (int pin) => pin * 100);

Console.WriteLine($"The router has registered:  {await board.CallAsync<string>("register", "read_pin")}");
Console.WriteLine($"It reads pin 7 of me:       {await board.CallAsync<int>("ask", "read_pin", 7)}");

// ---- the line is lost
app.Services.GetRequiredService<IMprpcServer>().AbortConnections();
await board.WaitForDisconnectAsync();
Console.WriteLine($"Over another line:          {await board.CallAsync<string>("register", "read_pin")}");

await app.StopAsync();
