using MessagePack;

namespace Aot;

public sealed class Calculator
{
    public int Sum(int x, int y) => x + y;

    public Task<Statistics> DescribeAsync(IReadOnlyList<double> values, Rounding rounding = Rounding.None)
    {
        double mean = values.Count == 0 ? 0 : values.Average();
        return Task.FromResult(new Statistics(values.Count, rounding == Rounding.Whole ? Math.Round(mean) : mean));
    }
}

public enum Rounding
{
    None,
    Whole,
}

[MessagePackObject]
public sealed record Statistics([property: Key(0)] int Count, [property: Key(1)] double Mean);
