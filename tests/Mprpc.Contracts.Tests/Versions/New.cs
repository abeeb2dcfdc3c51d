using MessagePack;

namespace Mprpc.Contracts.Tests.Versions.New;

/// <summary>The next version of <see cref="Old.IShop"/>.</summary>
[MprpcService(Prefix = "shop")]
public interface IShop
{
    /// <summary>A wider integer, another name for it, and an optional parameter at the end.</summary>
    Task<string> FindAsync(long number, string language = "en");

    Task<Box> BoxAsync(Box box);

    Task<Line> LineAsync(Line line);

    Task<Shortened> ShortenedAsync(Shortened line);

    Task<Size> SizeAsync(Size size);

    /// <summary>It had no result.</summary>
    ValueTask<int> StoreAsync(string text);

    /// <summary>Renamed in C#, its parameter widened, its task a value task.</summary>
    [MprpcMethod("shop.count")]
    ValueTask<int> NumberAsync(long number);

    Task<string?> NameAsync(string? name);

    Task<int> AddedAsync();
}

public enum Size
{
    Small,
    Large,
    ExtraLarge,
}

/// <summary>Weight is gone; Color is new, and stands first.</summary>
[MessagePackObject(keyAsPropertyName: true)]
public sealed record Box
{
    public string Color { get; init; } = "red";

    public string? Content { get; init; }
}

/// <summary>Color is new.</summary>
[MessagePackObject]
public sealed record Line
{
    [Key(0)]
    public string? Text { get; init; }

    [Key(1)]
    public int Price { get; init; } = 7;

    [Key(2)]
    public string Color { get; init; } = "red";
}

/// <summary>A line whose Price is gone; its number stays unused.</summary>
[MessagePackObject]
public sealed record Shortened
{
    [Key(0)]
    public string? Text { get; init; }

    [Key(2)]
    public string Color { get; init; } = "red";
}

internal sealed class Shop : IShop
{
    public Task<string> FindAsync(long number, string language) => Task.FromResult($"{number} {language}");

    public Task<Box> BoxAsync(Box box) => Task.FromResult(box);

    public Task<Line> LineAsync(Line line) => Task.FromResult(line);

    public Task<Shortened> ShortenedAsync(Shortened line) => Task.FromResult(line);

    public Task<Size> SizeAsync(Size size) => Task.FromResult(size);

    public ValueTask<int> StoreAsync(string text) => new(text.Length);

    public ValueTask<int> NumberAsync(long number) => new((int)number);

    public Task<string?> NameAsync(string? name) => Task.FromResult(name);

    public Task<int> AddedAsync() => Task.FromResult(1);
}
