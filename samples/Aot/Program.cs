using Aot;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddMprpc();

var app = builder.Build();
app.MapGet("/", () => "HTTP lives here, MessagePack-RPC on port 6000.\n");
app.MapMprpcService<Calculator>(app.Configuration["listen"] ?? "tcp://127.0.0.1:6000");
app.Run();
