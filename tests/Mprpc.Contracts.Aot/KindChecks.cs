using System.Globalization;

namespace Mprpc.Contracts.Aot;

/// <summary>What reflection would do elsewhere, and generated code has to do here.</summary>
internal static class KindChecks
{
    public static async Task<List<string>> FindWrongAsync()
    {
        await using var host = await ContractHost<IKinds>.StartAsync<Kinds>();
        List<string> wrong = [];
        DerivedInit derived = await host.Client.DerivedInitAsync(new DerivedInit { Value = [1], Note = "n", Own = 2 }).InTime();
        Check(derived is { Value: [1], Note: "n", Own: 2 }, "init members of a generic base");
        KeyedInit<int> keyed = await host.Client.KeyedInitAsync(new KeyedInit<int> { First = 5, Second = "s" }).InTime();
        Check(keyed is { First: 5, Second: "s" }, "init members with keys");
        InitStruct<string> value = await host.Client.InitStructAsync(new InitStruct<string> { Value = "v", Count = 4 }).InTime();
        Check(value is { Value: "v", Count: 4 }, "init members of a struct");
        Closed closed = await host.Client.ClosedAsync(new Closed("n").Add(5)).InTime();
        Check(closed is { Name: "n", Count: 7, Items: [5] } && closed.Map["a"] == 5 && closed.Behind.Single() == "b", "members that other code cannot set");
        Check((await host.Client.TagsAsync(["a"]).InTime()).Single() == "a", "a class derived from List");
        Check((await host.Client.ScoresAsync(new Scores { ["a"] = 1 }).InTime())["a"] == 1, "a class derived from Dictionary");
        Check(await host.Client.CountAsync(1, "a", null).InTime() == 3, "params");
        object? any = await host.Client.AnyAsync(new Node { Name = "a" }).InTime();
        Check(Convert.ToString(((IDictionary<object, object>)any!)["Name"], CultureInfo.InvariantCulture) == "a", "a type of a contract as object");
        Check(await IsRefusedAsync(host.Client.CycleAsync), "a value that contains itself");
        Check(await IsRefusedAsync(host.Client.BranchCycleAsync), "a value that contains itself by way of a collection");
        Check(await IsRefusedAsync(host.Client.MapCycleAsync), "a map that contains itself");
        Check(await host.Client.IntAsync(5).InTime() == 5, "the connection lives");
        return wrong;

        void Check(bool isRight, string kind)
        {
            if (!isRight)
            {
                wrong.Add(kind);
            }
        }
    }

    private static async Task<bool> IsRefusedAsync<T>(Func<Task<T>> callAsync)
    {
        try
        {
            await callAsync().InTime();
            return false;
        }
        catch (MprpcRemoteException exception)
        {
            return exception.Message.Contains("levels", StringComparison.Ordinal);
        }
    }
}
