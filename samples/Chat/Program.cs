using System.Reflection;
using Chat;
using Microsoft.Extensions.FileProviders;
using Mprpc.AspNetCore;

// One room, for browsers over WebSocket and for consoles over tcp://.
// dotnet run --project samples/Chat                    the server; then open http://127.0.0.1:5080
// dotnet run --project samples/Chat -- join ada        a console in the same room
const string Rpc = "tcp://127.0.0.1:6080";

if (args is ["join", var name, .. var rest])
{
    return await Visitor.RunAsync(name, rest is [var url] ? url : Rpc);
}

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:5080");
builder.Services.AddMprpc()
    .AddCallContextAccessor()
    .AddConnectionObserver<Presence>()
    .AddService<ChatService>();                     // for MapMprpcWebSocket
builder.Services.AddSingleton<Room>();
builder.Services.AddSingleton<ChatService>();
var app = builder.Build();

// The page, and the TypeScript client as the browser loads it.
string client = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "TypeScriptClient").Value!;
app.UseDefaultFiles();
app.UseStaticFiles();

if (Directory.Exists(client))
{
    app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(client), RequestPath = "/typescript" });
}

app.MapMprpcWebSocket("/rpc");
app.MapMprpcService<ChatService>(builder.Configuration["rpc"] ?? Rpc);
await app.StartAsync();

if (!File.Exists(Path.Combine(client, "dist", "esm", "index.js")))
{
    Console.WriteLine("The page needs the TypeScript client: run npm ci --ignore-scripts and npm run build in clients/typescript, then reload the page.");
}

Console.WriteLine($"Page:    {string.Join(", ", app.Urls)}");
Console.WriteLine($"Console: dotnet run --project samples/Chat -- join ada tcp://{app.Services.GetRequiredService<IMprpcServer>().Endpoints.Single()}");
await app.WaitForShutdownAsync();
return 0;
