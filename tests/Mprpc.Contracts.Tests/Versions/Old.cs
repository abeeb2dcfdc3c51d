using MessagePack;

namespace Mprpc.Contracts.Tests.Versions.Old;

[MprpcService(Prefix = "shop")]
public interface IShop
{
    Task<string> FindAsync(int id);

    Task<Box> BoxAsync(Box box);

    Task<Line> LineAsync(Line line);

    Task<Line> ShortenedAsync(Line line);

    Task<Size> SizeAsync(Size size);

    Task StoreAsync(string text);

    Task<int> CountAsync(int number);

    Task<string> NameAsync(string name);
}

public enum Size
{
    Small,
    Large,
}

/// <summary>A map on the wire.</summary>
[MessagePackObject(keyAsPropertyName: true)]
public sealed record Box
{
    public string? Content { get; init; }

    public int Weight { get; init; } = 7;
}

/// <summary>An array on the wire.</summary>
[MessagePackObject]
public sealed record Line
{
    [Key(0)]
    public string? Text { get; init; }

    [Key(1)]
    public int Price { get; init; } = 7;
}

internal sealed class Shop : IShop
{
    public Task<string> FindAsync(int id) => Task.FromResult($"{id}");

    public Task<Box> BoxAsync(Box box) => Task.FromResult(box);

    public Task<Line> LineAsync(Line line) => Task.FromResult(line);

    public Task<Line> ShortenedAsync(Line line) => Task.FromResult(line);

    public Task<Size> SizeAsync(Size size) => Task.FromResult(size);

    public Task StoreAsync(string text) => Task.CompletedTask;

    public Task<int> CountAsync(int number) => Task.FromResult(number);

    public Task<string> NameAsync(string name) => Task.FromResult(name);
}
