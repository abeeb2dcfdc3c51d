using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>What comparable libraries lose, repair, or die of.</summary>
[MprpcService(Prefix = "kinds")]
public interface IKinds
{
    Task<object?> AnyAsync(object? value);

    Task<Node?> NodeAsync(Node? node);

    Task<Node> CycleAsync();

    Task<Branch> BranchCycleAsync();

    Task<Dictionary<string, object?>> MapCycleAsync();

    Task<object?> DeepAsync(int levels);

    Task<Outer<int>.Inner> InnerAsync(Outer<int>.Inner value);

    Task<DerivedInit> DerivedInitAsync(DerivedInit value);

    Task<InitOf<int>> InitOfAsync(InitOf<int> value);

    Task<InitStruct<string>> InitStructAsync(InitStruct<string> value);

    Task<KeyedInit<int>> KeyedInitAsync(KeyedInit<int> value);

    Task<Tags> TagsAsync(Tags value);

    Task<Scores> ScoresAsync(Scores value);

    Task<string?> TextAsync(string? value);

    Task<byte[]?> BytesAsync(byte[]? value);

    Task<HashSet<string>> SetAsync(HashSet<string> value);

    Task<(string First, string Second)> PairAsync((string First, string Second) value);

    Task<Dictionary<string, string>> MapAsync(Dictionary<string, string> value);

    Task<Written> WrittenAsync(Written value);

    Task<JsonElement> JsonAsync(JsonElement value);

    Task<JsonNode?> JsonNodeAsync(JsonNode? value);

    Task<Closed> ClosedAsync(Closed value);

    Task<int> IntAsync(int value);

    Task<long> LongAsync(long value);

    Task<ulong> ULongAsync(ulong value);

    Task<Numbers> NumbersAsync(Numbers value);

    Task<double[]> DoublesAsync(double[] value);

    Task<IReadOnlyList<int>> IntsAsync(IReadOnlyList<int> value);

    Task<int?> MaybeAsync(int? value);

    Task<int> CountAsync(params object?[] all);

    Task<string> JoinAsync(string separator, params string[] parts);

    Task<int> SumAsync(int first = 5, params int[] rest);
}
