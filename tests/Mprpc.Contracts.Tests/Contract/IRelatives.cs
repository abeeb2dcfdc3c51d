using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Further values of the kinds in <see cref="IKinds"/>: other types, other places.</summary>
[MprpcService(Prefix = "relatives")]
public interface IRelatives
{
    Task<object?> AnyAsync(object? value);

    Task<string> TextAsync(string value);

    Task<List<string>> TextsAsync(List<string> value);

    Task<string[]> ArrayAsync(string[] value);

    Task<Dictionary<string, string>> MapAsync(Dictionary<string, string> value);

    Task<(string First, string Second)> PairAsync((string First, string Second) value);

    Task<StringBuilder> BuilderAsync(StringBuilder value);

    Task<JsonNode?> JsonAsync(JsonNode? value);

    Task<string> HalfTextAsync();

    Task<int> HalfErrorAsync();

    Task<Frozen> FrozenAsync(Frozen value);

    Task<Growing<int>> GrowingAsync(Growing<int> value);

    Task<Dictionary<GrowingKey<int>, int>> GrowingKeysAsync(Dictionary<GrowingKey<int>, int> value);

    Task<OrderedDictionary<long, int>> OrderedAsync(OrderedDictionary<long, int> value);

    Task<ImmutableList<Rune>> RunesAsync(ImmutableList<Rune> value);

    Task<int> SumAsync(int first, CancellationToken cancellationToken, params int[] rest);
}
