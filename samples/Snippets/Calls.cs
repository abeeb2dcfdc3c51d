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

    public static MprpcClient OfSeveral()
    {
        // snippet: calls/servers
        var client = new MprpcClient(new MprpcClientOptions
        {
            Servers = MprpcServerSource.Fixed("tcp://10.0.0.1:6000", "tcp://10.0.0.2:6000"),
            Extensions = MprpcExtensions.Always,
        });
        // end snippet
        return client;
    }
}

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
