using Mprpc.Contracts.Aot;
using Mprpc.Contracts.Tests.Matrix;

int wrong = 0;

foreach (Row row in Rows.All)
{
    foreach (string place in await row.FindWrongAsync())
    {
        Console.WriteLine($"{row.Name}: {place}");
        wrong++;
    }
}

foreach (string kind in await KindChecks.FindWrongAsync())
{
    Console.WriteLine(kind);
    wrong++;
}

Console.WriteLine($"{Rows.All.Count} types, {wrong} wrong");
return wrong == 0 ? 0 : 1;
