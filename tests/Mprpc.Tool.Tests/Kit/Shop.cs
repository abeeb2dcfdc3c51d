using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;

namespace Mprpc.Tool.Tests.Kit;

/// <summary>What the tool calls in its tests: methods with each kind of parameter and result.</summary>
public sealed class Shop
{
    /// <summary>What notifications have brought, of all tests.</summary>
    internal static ConcurrentQueue<string> Noted { get; } = new();

    /// <summary>Adds two numbers.</summary>
    /// <param name="x">The one.</param>
    /// <param name="y">The other.</param>
    public int Sum(int x, int y = 1) => x + y;

    /// <summary>Any value, as it came.</summary>
    public MprpcRaw Echo(MprpcRaw value) => value;

    public string Text(string value) => value;

    public string Bytes(byte[] value) => Convert.ToHexStringLower(value);

    public long Total(string label, params int[] numbers) => label.Length + numbers.Sum(number => (long)number);

    /// <summary>Gives the order a price.</summary>
    public Order Price(Order order, Rounding rounding = Rounding.Up)
        => order with { Price = rounding == Rounding.Up ? Math.Ceiling(order.Price) : Math.Floor(order.Price) };

    public Rounding Round(Rounding rounding) => rounding;

    public DateTime Later(DateTime time) => time.AddSeconds(1);

    public Place Move(Place place, double by) => new(place.X + by, place.Y + by);

    public async IAsyncEnumerable<int> Count(int to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; i < to; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return i;
            await Task.Yield();
        }
    }

    public void Note(string text) => Noted.Enqueue(text);

    public string Refuse() => throw new MprpcException("No.", "refused", new Dictionary<string, int> { ["left"] = 3 });

    public async Task WaitAsync(CancellationToken cancellationToken) => await Task.Delay(Timeout.Infinite, cancellationToken);

    [Obsolete("Use sum.")]
    public int Add(int x, int y) => x + y;

    [Authorize]
    public string Secret() => "secret";

    public string? Tenant(MprpcCallContext call) => call.Metadata.GetString("tenant");
}
