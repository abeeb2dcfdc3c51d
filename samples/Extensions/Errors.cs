using Mprpc;
using Mprpc.Client;

namespace Extensions;

/// <summary>Which exceptions reach the caller, as what: docs/filters.md, "Exceptions".</summary>
public static class ErrorsSample
{
    public static async Task<string> RunAsync()
    {
        await using Server server = await Server.StartAsync(
            builder => builder.Services.AddMprpc(options => options
                .MapException<KeyNotFoundException>("not_found")                                                    // its message, and this code
                .MapException<OverdrawnException>(e => new MprpcException(e.Message, "overdrawn", e.Missing))),     // and what the caller should know
            app => app.MapMprpcService<Accounts>(Server.AnyPort)
                .WithEndpoint(options => options.ErrorShape = MprpcErrorShape.Map));                                // code and data reach the caller
        await using var client = await MprpcClient.ConnectAsync(server.Url);

        return $"{await ErrorOfAsync(client, "bob", 1)} | {await ErrorOfAsync(client, "anna", 120)} | {await ErrorOfAsync(client, "anna", -1)}";
    }

    private static async Task<string> ErrorOfAsync(MprpcClient client, string account, int amount)
    {
        try
        {
            return $"{await client.CallAsync<int>("withdraw", account, amount)} left";
        }
        catch (MprpcRemoteException e)
        {
            string code = e.Code is null ? "" : $"{e.Code}: ";
            string data = e.ErrorData is null ? "" : $" ({e.ErrorData})";
            return code + e.Message + data;
        }
    }
}

public sealed class OverdrawnException(int missing) : Exception($"The account lacks {missing} euros.")
{
    public int Missing => missing;
}

public sealed class Accounts
{
    private readonly Dictionary<string, int> _balances = new() { ["anna"] = 100 };

    public int Withdraw(string account, int amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);        // not mapped: the caller learns only that there was an error

        if (!_balances.TryGetValue(account, out int balance))
        {
            throw new KeyNotFoundException($"There is no account {account}.");
        }

        return balance >= amount ? balance - amount : throw new OverdrawnException(amount - balance);
    }
}
