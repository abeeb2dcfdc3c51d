namespace Mprpc.Contracts.Aot;

/// <summary>Streams both ways: items that are numbers, text, a record and a struct.</summary>
internal static class StreamChecks
{
    public static async Task<List<string>> FindWrongAsync()
    {
        var log = new FeedLog();
        await using var host = await ContractHost<IFeed>.StartAsync(
            app => app.MapMprpcService<Feed>(0), services => services.AddSingleton(log).AddScoped<FeedScope>());
        List<string> wrong = [];
        Check((await host.Client.CountAsync(3_000).ToListAsync().InTime()).SequenceEqual(Enumerable.Range(0, 3_000)), "a result of numbers");
        Check(await host.Client.SumAsync(Items([.. Enumerable.Range(0, 1_000)])).InTime() == 499_500, "a parameter of numbers");
        Check(await host.Client.JoinAsync(",", Items<string?>("a", null), times: 2).InTime() == "a,a,-,-", "a parameter of text");
        await host.Client.StoreSettingsAsync(Items(new Settings { Owner = "me" })).AsTask().InTime();
        Check(log.Stored.Contains(new Settings { Owner = "me" }), "a parameter of records");
        List<Gauge> scaled = await host.Client.ScaleAsync(Items(new Gauge("s", 1), new Gauge("t", 2)), 10).ToListAsync().InTime();
        Check(scaled is [{ Sensor: "s", Value: 10 }, { Sensor: "t", Value: 20 }], "structs both ways");
        Check((await host.Client.MergeAsync(Items("a"), 7, Items("b")).ToListAsync().InTime()) is ["a", "7", "b"], "two parameters and a result");
        Check((await host.Untyped.CallAsync<List<int>>("feed.count", 3).InTime()) is [0, 1, 2], "an array in the place of a result");
        Check(await host.Untyped.CallAsync<int>("feed.sum", new List<int> { 1, 2 }).InTime() == 3, "an array in the place of a parameter");
        return wrong;

        void Check(bool isRight, string kind)
        {
            if (!isRight)
            {
                wrong.Add(kind);
            }
        }
    }

    private static async IAsyncEnumerable<T> Items<T>(params T[] items)
    {
        foreach (T item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }
}
