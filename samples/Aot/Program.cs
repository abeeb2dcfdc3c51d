using Aot;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddMprpc();

var app = builder.Build();
app.MapGet("/", () => "HTTP lives here, MessagePack-RPC on port 6000.\n");
app.MapMprpcService<Calculator>(6000);
app.Run();
