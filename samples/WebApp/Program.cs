using Microsoft.AspNetCore.Authentication.JwtBearer;
using WebApp;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddSingleton<Calculator>();
builder.Services.AddSingleton<TodoList>();
builder.Services.AddSingleton<TodoAdmin>();
// snippet: filters/validation
builder.Services.AddMprpc().AddFilter(new ValidationFilter());
// end snippet
builder.Services.AddHealthChecks().AddMprpc();

// Authentication and authorization, set up once for HTTP and for MessagePack-RPC.
builder.Services.AddSingleton<DevelopmentTokens>();
builder.Services.AddAuthentication().AddJwtBearer(options => options.MapInboundClaims = false);
builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
    .Configure<DevelopmentTokens>((options, tokens) => options.TokenValidationParameters = tokens.Validation);
builder.Services.AddAuthorizationBuilder().AddPolicy("admin", policy => policy.RequireRole("admin"));

var app = builder.Build();

// The same services over HTTP ...
app.MapGet("/", () => app.Environment.IsDevelopment()
    ? Results.Redirect("mprpc/")        // the page of MapMprpcExplorer, below
    : Results.Text("HTTP lives here, MessagePack-RPC on port 6000.\n"));
app.MapGet("/sum", (int x, int y, Calculator calculator) => calculator.Sum(x, y));
app.MapGet("/todos", (TodoList todos) => todos.ListTodos());
app.MapPost("/todos", (NewTodo todo, TodoList todos, CancellationToken cancellationToken) => todos.AddTodoAsync(todo.Title, todo.Priority, cancellationToken));
app.MapDelete("/todos", (TodoAdmin admin) => admin.ClearTodos()).RequireAuthorization("admin");
app.MapHealthChecks("/health");      // unhealthy as soon as the application stops, while calls are still answered

// ... and over MessagePack-RPC, on one port.
app.MapMprpcService<Calculator>(6000);
app.MapMprpcService<TodoList>(6000);
app.MapMprpcService<TodoAdmin>(6000).RequireAuthorization("admin");

if (app.Environment.IsDevelopment())
{
    // The token goes into the header "Authorization: Bearer TOKEN" over HTTP, and into the call $/authenticate "Bearer", TOKEN over MessagePack-RPC.
    app.MapPost("/login", (Login login, DevelopmentTokens tokens) => tokens.Issue(login.Name));

    // A page to read and call the services on, and to watch them.
    app.MapMprpcExplorer();
}

app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"""
    HTTP:            {string.Join(", ", app.Urls)}
    MessagePack-RPC: tcp://127.0.0.1:6000
    Try:             dotnet run --project samples/Client
    """));

app.Run();
