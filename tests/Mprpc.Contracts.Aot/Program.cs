using Mprpc.Contracts.Aot;
using Mprpc.Contracts.Tests.Matrix;

// Says all that is wrong at once: a publish takes minutes.
int wrong = 0;

await ReportAsync("first argument", FirstArgument.FindWrongAsync);
await ReportAsync("unnamed", () => Task.FromResult(UnnamedTypes.FindWrong().ToList()));

foreach (Row row in Rows.All)
{
    await ReportAsync(row.Name, row.FindWrongAsync);
}

await ReportAsync("kinds", KindChecks.FindWrongAsync);
await ReportAsync("streams", StreamChecks.FindWrongAsync);
await ReportAsync("bytes", ByteStreamChecks.FindWrongAsync);
await ReportAsync("arguments", ArgumentChecks.FindWrongAsync);
await ReportAsync("guards", GuardChecks.FindWrongAsync);
Console.WriteLine($"{Rows.All.Count} types, {wrong} wrong");
return wrong == 0 ? 0 : 1;

async Task ReportAsync(string name, Func<Task<List<string>>> findWrongAsync)
{
    List<string> found;

    try
    {
        found = await findWrongAsync();
    }
    catch (Exception exception)
    {
        found = [exception.ToString()];
    }

    foreach (string what in found)
    {
        Console.WriteLine($"{name}: {what}");
    }

    wrong += found.Count;
}
