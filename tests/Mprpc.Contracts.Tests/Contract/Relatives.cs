using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;

namespace Mprpc.Contracts.Tests.Contract;

internal sealed class Relatives : IRelatives
{
    public Task<object?> AnyAsync(object? value) => Task.FromResult(value);

    public Task<string> TextAsync(string value) => Task.FromResult(value);

    public Task<List<string>> TextsAsync(List<string> value) => Task.FromResult(value);

    public Task<string[]> ArrayAsync(string[] value) => Task.FromResult(value);

    public Task<Dictionary<string, string>> MapAsync(Dictionary<string, string> value) => Task.FromResult(value);

    public Task<(string First, string Second)> PairAsync((string First, string Second) value) => Task.FromResult(value);

    public Task<StringBuilder> BuilderAsync(StringBuilder value) => Task.FromResult(value);

    public Task<JsonNode?> JsonAsync(JsonNode? value) => Task.FromResult(value);

    public Task<string> HalfTextAsync() => Task.FromResult("a\ud800b");

    public Task<int> HalfErrorAsync() => throw new MprpcException("a\ud800b", "C\udc00");

    public Task<Frozen> FrozenAsync(Frozen value) => Task.FromResult(value);

    public Task<Growing<int>> GrowingAsync(Growing<int> value) => Task.FromResult(value);

    public Task<Dictionary<GrowingKey<int>, int>> GrowingKeysAsync(Dictionary<GrowingKey<int>, int> value) => Task.FromResult(value);

    public Task<OrderedDictionary<long, int>> OrderedAsync(OrderedDictionary<long, int> value) => Task.FromResult(value);

    public Task<ImmutableList<Rune>> RunesAsync(ImmutableList<Rune> value) => Task.FromResult(value);

    public Task<int> SumAsync(int first, CancellationToken cancellationToken, params int[] rest) => Task.FromResult(first + rest.Sum());
}
