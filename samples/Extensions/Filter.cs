using System.Collections.Concurrent;
using Mprpc;
using Mprpc.Client;

namespace Extensions;

/// <summary>A filter runs around each call: docs/filters.md.</summary>
public static class FilterSample
{
    public static async Task<string> RunAsync()
    {
        var trail = new ConcurrentQueue<string>();
        await using Server server = await Server.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(trail);
                builder.Services.AddMprpc();
            },
            app => app.MapMprpcService<Divider>(Server.AnyPort).AddFilter<Audit>());      // or AddMprpc().AddFilter<Audit>(): the calls of all services
        await using var client = await MprpcClient.ConnectAsync(server.Url);

        await client.CallAsync<int>("divide", 6, 3);

        try
        {
            await client.CallAsync<int>("divide", 1, 0);
        }
        catch (MprpcRemoteException)
        {
            // The audit trail has it.
        }

        return string.Join(", ", trail);
    }
}

/// <summary>Remembers each call and its outcome. It could also change arguments and result, answer instead of the method, or refuse the call.</summary>
public sealed class Audit(ConcurrentQueue<string> trail) : IMprpcFilter
{
    public async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        string question = $"{call.Context.Method}({call.GetArgument<int>(0)}, {call.GetArgument<int>(1)})";

        try
        {
            await next(call);
            trail.Enqueue($"{question} = {call.Result}");
        }
        catch (Exception exception)
        {
            trail.Enqueue($"{question}: {exception.GetType().Name}");
            throw;
        }
    }
}

public sealed class Divider
{
    public int Divide(int x, int y) => x / y;
}
