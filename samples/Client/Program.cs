using Mprpc.Client;

// Start the server first: dotnet run --project samples/WebApp
await using var client = await MprpcClient.ConnectAsync(args.Length > 0 ? args[0] : "tcp://127.0.0.1:6000");

Console.WriteLine(await client.CallAsync<int>("sum", 1, 2));
