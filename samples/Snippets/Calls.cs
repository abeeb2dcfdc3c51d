using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Mprpc;
using Mprpc.Client;

namespace Snippets.Calls;

internal static class Calls
{
    public static async Task<int> CallAsync(IStock stock, MprpcClient client, CancellationToken cancellationToken)
    {
        // snippet: calls/calls
        int count = await stock.CountAsync("tea", cancellationToken);       // a token
        var options = new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(2) };
        int soon = await stock.With(options).CountAsync("tea", default);    // a timeout
        int same = await client.CallAsync<int>("count", options, "tea");    // the same without a contract
        // end snippet
        return count + soon + same;
    }

    public static IStock ForTenant(IStock stock)
    {
        // snippet: calls/metadata
        IStock tenant = stock.With(new MprpcCallOptions { Metadata = new MprpcMetadata { ["tenant"] = "x" } });     // can be kept
        // end snippet
        return tenant;
    }

    public static IStock ForUser(IStock stock, string token)
    {
        // snippet: calls/credential
        IStock users = stock.With(new MprpcCallOptions { Metadata = new MprpcMetadata { ["authorization"] = $"Bearer {token}" } });
        // end snippet
        return users;
    }

    public static MprpcClient OfSeveral()
    {
        // snippet: calls/servers
        var client = new MprpcClient(new MprpcClientOptions
        {
            Servers = MprpcServerSource.Dns("tcp://orders:6000"),       // or Fixed("tcp://10.0.0.1:6000", "tcp://10.0.0.2:6000")
            Extensions = MprpcExtensions.Always,
        });
        // end snippet
        return client;
    }

    public static (MprpcClient Client, IStock Typed) WithFilters(IServiceCollection services, string url, IStock stock)
    {
        // snippet: calls/filters
        services.AddMprpcClient<IStock>("stock").AddFilter<Retry>();                       // every call of the client
        var client = new MprpcClient(url, new MprpcClientOptions().AddFilter(new Retry())); // the same without dependency injection
        IStock patient = stock.With(new Retry());                                           // the calls of one typed client
        // end snippet
        return (client, patient);
    }

    public static void Propagate(HostApplicationBuilder builder)
    {
        // snippet: calls/propagate
        builder.Services.AddMprpcClient<IStock>("stock").PropagateCallContext();
        // end snippet
    }
}

// snippet: calls/filter
sealed class Retry : IMprpcClientFilter
{
    public async ValueTask InvokeAsync(MprpcClientInvocation call, MprpcClientFilterDelegate next)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await next(call);
                return;
            }
            catch (MprpcConnectionException e) when (!e.RequestWasSent && attempt < 3) { }      // never ran
            catch (MprpcRemoteException e) when (e.Code == "busy" && attempt < 3) { }           // never ran
        }
    }
}
// end snippet

// snippet: calls/idempotent
[MprpcService]
internal interface ICatalog
{
    [MprpcMethod(Idempotent = true)]
    Task<int> PriceAsync(string item);
}
// end snippet

[MprpcService]
internal interface IStock
{
    Task<int> CountAsync(string item, CancellationToken cancellationToken);
}

internal sealed class Stock
{
    private int _hurries;

    // snippet: calls/context
    public int Count(string item, MprpcCallContext call)
    {
        TimeSpan left = call.TimeLeft;                          // Timeout.InfiniteTimeSpan without a deadline; call.Deadline is the time
        string? tenant = call.Metadata.GetString("tenant");
        using var stopping = call.Draining.Register(Hurry);     // the server begins to stop: calls have time to end
        return Look(item, tenant, left);
    }
    // end snippet

    private void Hurry() => _hurries++;

    private static int Look(string item, string? tenant, TimeSpan left) => left > TimeSpan.Zero ? item.Length + (tenant?.Length ?? 0) : 0;
}
