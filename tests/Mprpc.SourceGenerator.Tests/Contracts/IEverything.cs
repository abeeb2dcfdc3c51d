using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.SourceGenerator.Tests.Contracts;

/// <summary>What contracts are made of, one method a thing.</summary>
[MprpcService(Prefix = "all")]
public interface IEverything : IMore
{
    int Sum(int x, int y);

    Task<int> SumAsync2(int x, int y, CancellationToken cancellationToken);

    ValueTask<string> JoinAsync(string separator, params string[] parts);

    void Tell(string text);

    Task TellAsyncToo(string text);

    ValueTask TellValue(string text);

    [MprpcMethod("renamed.as_it_is")]
    string Renamed(string? text);

    string Defaults(
        int number = -5, string text = "a\"b\\c\n\u00e9", bool flag = true, double real = 1.5e300, float small = 0.1f, char letter = '\'',
        long large = long.MinValue,
        byte tiny = 255, sbyte signed = -128, ulong huge = ulong.MaxValue, decimal money = 12.50m, Color color = Color.Blue, int? maybe = 7,
        string? nothing = null,
        Guid id = default, double notANumber = double.NaN, uint unsigned = uint.MaxValue, short half = -300, DayOfWeek day = (DayOfWeek)77,
        Color? mood = Color.Green, CancellationToken cancellationToken = default);

    string WithOptional(int first, [Optional, DefaultParameterValue(3)] int second);

    Item Echo(Item item);

    Task<List<Item>> Items(IReadOnlyList<Item> items, Dictionary<string, Color> colors, Item[] more);

    (int Sum, string Text) Tuple((int, int) pair, string text);

    Point? Move(Point? from, Color color);

    byte[] Bytes(byte[] bytes, ReadOnlyMemory<byte> memory);

    DateTime At(DateTime time, DateTimeOffset offset, TimeSpan span, Guid id, decimal money);

    Int128 Big(Int128 number);

    object? Any(object? value);

    dynamic Dynamic(dynamic value);

    MprpcRaw Raw(MprpcRaw raw);

    string Context(int x, MprpcCallContext context);

    string Service(int x, [FromServices] IGreeter greeter, [FromKeyedServices("other")] IGreeter other, [FromKeyedServices(Color.Blue)] IGreeter blue);

    int Keywords(int @class, int target, int parameters, int context, int @return);

    string Default() => "as the interface says";

    [MprpcIgnore]
    string Hidden();

    Task<string> Fail(string message);
}

/// <summary>A base contract that publishes too, as it stands in the same assembly.</summary>
public interface IMore
{
    string More(string text);

    Plain Contractless(Plain plain, Settings settings);
}

public interface IGreeter
{
    string Greet(int x);
}
