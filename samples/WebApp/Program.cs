using WebApp;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddSingleton<Calculator>();
builder.Services.AddSingleton<TodoList>();
builder.Services.AddMprpc();

var app = builder.Build();

// The same services over HTTP ...
app.MapGet("/", () => "HTTP lives here, MessagePack-RPC on port 6000.\n");
app.MapGet("/sum", (int x, int y, Calculator calculator) => calculator.Sum(x, y));
app.MapGet("/todos", (TodoList todos) => todos.ListTodos());
app.MapPost("/todos", (NewTodo todo, TodoList todos, CancellationToken cancellationToken) => todos.AddTodoAsync(todo.Title, todo.Priority, cancellationToken));

// ... and over MessagePack-RPC, on one port.
app.MapMprpcService<Calculator>(6000);
app.MapMprpcService<TodoList>(6000);

app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"""
    HTTP:            {string.Join(", ", app.Urls)}
    MessagePack-RPC: tcp://127.0.0.1:6000
    Try:             dotnet run --project samples/Client
    """));

app.Run();
