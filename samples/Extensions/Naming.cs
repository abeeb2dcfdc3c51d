using Mprpc;
using Mprpc.Client;

namespace Extensions;

/// <summary>How methods are named on the wire: docs/contracts.md, "Methods".</summary>
public static class NamingSample
{
    public static async Task<string> RunAsync()
    {
        await using Server server = await Server.StartAsync(
            builder => builder.Services.AddMprpc(options => options.NamingPolicy = MprpcNamingPolicy.CamelCase),
            app => app.MapMprpcService<Users>(Server.AnyPort));

        // A typed client needs the server's policy; a call by name says the name itself.
        await using var client = await MprpcClient.ConnectAsync(server.Url, new MprpcClientOptions { NamingPolicy = MprpcNamingPolicy.CamelCase });
        string typed = await client.As<IUsers>().GetUserAsync(7);
        string byName = await client.CallAsync<string>("users.getUser", 7);
        int count = await client.CallAsync<int>("Count");

        return $"GetUserAsync is users.getUser ({typed}, {byName}), CountAsync is Count ({count})";
    }
}

[MprpcService(Prefix = "users")]
public interface IUsers
{
    Task<string> GetUserAsync(int id);

    /// <summary>This name is exact: no policy and no prefix.</summary>
    [MprpcMethod("Count")]
    Task<int> CountAsync();
}

public sealed class Users : IUsers
{
    public Task<string> GetUserAsync(int id) => Task.FromResult($"user {id}");

    public Task<int> CountAsync() => Task.FromResult(1);
}
