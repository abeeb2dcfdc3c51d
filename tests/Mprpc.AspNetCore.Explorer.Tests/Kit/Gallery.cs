using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;

namespace Mprpc.AspNetCore.Explorer.Tests.Kit;

/// <summary>A method for each kind of parameter and result. Results are texts, made by .NET of what has arrived.</summary>
public sealed class Gallery(GalleryState state)
{
    /// <summary>Adds two numbers.</summary>
    /// <param name="x">The one.</param>
    /// <param name="y">The other.</param>
    public int Sum(int x, int y) => x + y;

    /// <summary>Any value, as it came.</summary>
    public MprpcRaw Echo(MprpcRaw value) => value;

    public string Bool(bool value) => value ? "yes" : "no";

    public string Integers(sbyte tiny, long large, ulong largest) => string.Create(CultureInfo.InvariantCulture, $"{tiny} {large} {largest}");

    public string Floats(float half, double whole) => string.Create(CultureInfo.InvariantCulture, $"{half:R} {whole:R}");

    public string Text(string value) => $"{value.Length}: {value}";

    public string Bytes(byte[] value) => Convert.ToHexString(value);

    public string Time(DateTime value) => value.ToString("O", CultureInfo.InvariantCulture);

    public string List(List<int> values) => string.Join('+', values);

    public string Map(Dictionary<string, int> values) => string.Join(' ', values.Select(pair => $"{pair.Key}={pair.Value}"));

    public string Numbered(Dictionary<int, string> values) => string.Join(' ', values.Select(pair => $"{pair.Key}={pair.Value}"));

    public string Tuple((int Number, string Name) value) => $"{value.Name} {value.Number}";

    public string Order(Order order)
        => $"{order.Customer}: {string.Join(", ", order.Lines.Select(line => $"{line.Count} {line.Name}"))} {order.Note ?? "no note"}";

    public string Place(Place place) => string.Create(CultureInfo.InvariantCulture, $"{place.X} {place.Y}");

    public string Rounding(Rounding value) => value.ToString();

    public string Nullable(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "null";

    public string Default(int x, int y = 7, string z = "end") => $"{x} {y} {z}";

    public string Rest(string label, params int[] numbers) => $"{label} {string.Join('+', numbers)}";

    public string Tree(Tree tree) => Depth(tree).ToString(CultureInfo.InvariantCulture);

    public string Fail() => throw new MprpcException("Not today.", "closed", new Dictionary<string, int> { ["left"] = 3 });

    public async IAsyncEnumerable<int> Count(int to)
    {
        for (int i = 1; i <= to; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    /// <summary>Goes on until nobody reads it any more.</summary>
    public async IAsyncEnumerable<int> Endless([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            for (int i = 1; ; i++)
            {
                yield return i;
                await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
            }
        }
        finally
        {
            state.Ended.TrySetResult();
        }
    }

    public async Task<int> Add(IAsyncEnumerable<int> numbers)
    {
        int sum = 0;

        await foreach (int number in numbers)
        {
            sum += number;
        }

        return sum;
    }

    /// <summary>One call at a time, until it is let go or cancelled.</summary>
    [MprpcMethod(MaxConcurrentCalls = 1)]
    public async Task<string> Alone(CancellationToken cancellationToken)
    {
        state.Started.TrySetResult();

        try
        {
            await state.Released.Task.WaitAsync(cancellationToken);
            return "released";
        }
        finally
        {
            state.Ended.TrySetResult();
        }
    }

    public string Who(MprpcCallContext call) => call.User.Identity?.Name ?? "nobody";

    [Authorize("admin")]
    public string Secret() => "secret";

    [Obsolete("Use sum.")]
    public int Plus(int x, int y) => x + y;

    private static int Depth(Tree tree) => 1 + (tree.Left is null ? 0 : Depth(tree.Left));
}
