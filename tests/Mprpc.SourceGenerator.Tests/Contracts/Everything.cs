using System.Globalization;

namespace Mprpc.SourceGenerator.Tests.Contracts;

internal sealed class Everything : IEverything
{
    public int Sum(int x, int y) => x + y;

    public Task<int> SumAsync2(int x, int y, CancellationToken cancellationToken) => Task.FromResult(x + y + (cancellationToken.CanBeCanceled ? 100 : 0));

    public async ValueTask<string> JoinAsync(string separator, params string[] parts)
    {
        await Task.Yield();
        return string.Join(separator, parts);
    }

    public void Tell(string text)
    {
    }

    public Task TellAsyncToo(string text) => Task.CompletedTask;

    public ValueTask TellValue(string text) => ValueTask.CompletedTask;

    string IEverything.Renamed(string? text) => text ?? "nothing";

    // The class's own defaults are not the contract's.
    public string Defaults(
        int number, string text, bool flag, double real, float small, char letter, long large, byte tiny, sbyte signed, ulong huge, decimal money, Color color,
        int? maybe,
        string? nothing, Guid id, double notANumber, uint unsigned, short half, DayOfWeek day, Color? mood, CancellationToken cancellationToken)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"{number}|{text}|{flag}|{real}|{small}|{letter}|{large}|{tiny}|{signed}|{huge}|{money}|{color}|"
            + $"{maybe}|{nothing is null}|{id}|{notANumber}|{unsigned}|{half}|{day}|{mood}");

    public string WithOptional(int first, int second = 99) => $"{first},{second}";

    public Item Echo(Item item) => item;

    public Task<List<Item>> Items(IReadOnlyList<Item> items, Dictionary<string, Color> colors, Item[] more) => Task.FromResult<List<Item>>([.. items, .. more]);

    public (int Sum, string Text) Tuple((int, int) pair, string text) => (pair.Item1 + pair.Item2, text);

    public Point? Move(Point? from, Color color) => from is { } point ? point with { X = point.X + (int)color } : null;

    public byte[] Bytes(byte[] bytes, ReadOnlyMemory<byte> memory) => [.. bytes, .. memory.Span];

    public DateTime At(DateTime time, DateTimeOffset offset, TimeSpan span, Guid id, decimal money) => time + span;

    public Int128 Big(Int128 number) => number + 1;

    public object? Any(object? value) => value;

    public dynamic Dynamic(dynamic value) => value;

    public MprpcRaw Raw(MprpcRaw raw) => raw;

    public string Context(int x, MprpcCallContext context) => $"{x} {context.Method} {context.IsNotification}";

    public string Service(int x, IGreeter greeter, IGreeter other, IGreeter blue) => $"{greeter.Greet(x)} {other.Greet(x)} {blue.Greet(x)}";

    public int Keywords(int @class, int target, int parameters, int context, int @return) => @class + target + parameters + context + @return;

    public string Hidden() => "hidden";

    public Task<string> Fail(string message) => throw new MprpcException(message);

    public string More(string text) => text + text;

    public Plain Contractless(Plain plain, Settings settings)
        => new() { Number = settings.Level, Text = plain.Text + settings.Owner + settings.Extra, Points = plain.Points };

    public string NotOfTheContract() => "never";
}
