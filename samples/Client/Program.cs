using Mprpc;
using Mprpc.Client;

// Start the server first: dotnet run --project samples/WebApp
var options = new MprpcClientOptions { Extensions = MprpcExtensions.Always };
await using var client = await MprpcClient.ConnectAsync(args.Length > 0 ? args[0] : "tcp://127.0.0.1:6000", options);

Console.WriteLine(await client.CallAsync<int>("sum", 1, 2));

// The timeout is sent with the call: the server's method sees it, and answers nil before it is over.
var twoSeconds = new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(2) };
object? todo = await client.CallAsync<object?>("next_todo", twoSeconds);
Console.WriteLine(todo is null ? "No todo has come." : "A todo has come.");

// A cancelled call ends here at once, and in the server as soon as its method sees its token: look at the server's log.
using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));

try
{
    await client.CallAsync<object?>("next_todo", new MprpcCallOptions { CancellationToken = cancellation.Token });
}
catch (OperationCanceledException)
{
    Console.WriteLine("No longer waiting.");
}
