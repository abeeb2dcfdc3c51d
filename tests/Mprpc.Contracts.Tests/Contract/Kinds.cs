using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mprpc.Contracts.Tests.Contract;

internal sealed class Kinds : IKinds
{
    public Task<object?> AnyAsync(object? value) => Task.FromResult(value);

    public Task<Node?> NodeAsync(Node? node) => Task.FromResult(node);

    public Task<Node> CycleAsync()
    {
        var node = new Node { Name = "a" };
        node.Next = node;
        return Task.FromResult(node);
    }

    public Task<Branch> BranchCycleAsync()
    {
        var branch = new Branch { Name = "a" };
        branch.Twigs.AddLast(branch);
        return Task.FromResult(branch);
    }

    public Task<Dictionary<string, object?>> MapCycleAsync()
    {
        var map = new Dictionary<string, object?>();
        map["self"] = new List<object?> { map };
        return Task.FromResult(map);
    }

    public Task<object?> DeepAsync(int levels)
    {
        object? value = null;

        for (int i = 0; i < levels; i++)
        {
            value = new object?[] { value };
        }

        return Task.FromResult(value);
    }

    public Task<Outer<int>.Inner> InnerAsync(Outer<int>.Inner value) => Task.FromResult(value);

    public Task<DerivedInit> DerivedInitAsync(DerivedInit value) => Task.FromResult(value);

    public Task<InitOf<int>> InitOfAsync(InitOf<int> value) => Task.FromResult(value);

    public Task<InitStruct<string>> InitStructAsync(InitStruct<string> value) => Task.FromResult(value);

    public Task<KeyedInit<int>> KeyedInitAsync(KeyedInit<int> value) => Task.FromResult(value);

    public Task<Tags> TagsAsync(Tags value) => Task.FromResult(value);

    public Task<Scores> ScoresAsync(Scores value) => Task.FromResult(value);

    public Task<string?> TextAsync(string? value) => Task.FromResult(value);

    public Task<byte[]?> BytesAsync(byte[]? value) => Task.FromResult(value);

    public Task<HashSet<string>> SetAsync(HashSet<string> value) => Task.FromResult(value);

    public Task<(string First, string Second)> PairAsync((string First, string Second) value) => Task.FromResult(value);

    public Task<Dictionary<string, string>> MapAsync(Dictionary<string, string> value) => Task.FromResult(value);

    public Task<Written> WrittenAsync(Written value) => Task.FromResult(value);

    public Task<JsonElement> JsonAsync(JsonElement value) => Task.FromResult(value);

    public Task<JsonNode?> JsonNodeAsync(JsonNode? value) => Task.FromResult(value);

    public Task<Closed> ClosedAsync(Closed value) => Task.FromResult(value);

    public Task<int> IntAsync(int value) => Task.FromResult(value);

    public Task<long> LongAsync(long value) => Task.FromResult(value);

    public Task<ulong> ULongAsync(ulong value) => Task.FromResult(value);

    public Task<Numbers> NumbersAsync(Numbers value) => Task.FromResult(value);

    public Task<double[]> DoublesAsync(double[] value) => Task.FromResult(value);

    public Task<IReadOnlyList<int>> IntsAsync(IReadOnlyList<int> value) => Task.FromResult(value);

    public Task<int?> MaybeAsync(int? value) => Task.FromResult(value);

    public Task<int> CountAsync(params object?[] all) => Task.FromResult(all.Length);

    public Task<string> JoinAsync(string separator, params string[] parts) => Task.FromResult(string.Join(separator, parts));

    public Task<int> SumAsync(int first = 50, params int[] rest) => Task.FromResult(first + rest.Sum());
}
