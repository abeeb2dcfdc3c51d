using System.Collections;
using System.Collections.Concurrent;
using MessagePack;

namespace Mprpc.Core.Tests.Serialization;

/// <summary>To read a collection takes time in proportion to its bytes, whichever keys a peer chooses.</summary>
public sealed class CollidingKeysTests
{
    private const int Keys = 50_000;

    private static readonly MessagePackSerializerOptions Options = MprpcSerializerOptions.Default.MessagePack;

    [Fact]
    public void DerivedCollections_HaveTheComparerOfThePlainOnes()
    {
        byte[] array = MessagePackSerializer.Serialize(new long[] { 1, 2 });
        byte[] map = MessagePackSerializer.Serialize(new Dictionary<long, string> { [1] = "one" });
        Type plain = MessagePackSerializer.Deserialize<HashSet<long>>(array, Options)!.Comparer.GetType();

        var ids = MessagePackSerializer.Deserialize<Ids>(array, Options);
        var names = MessagePackSerializer.Deserialize<Names>(map, Options);
        var shared = MessagePackSerializer.Deserialize<SharedNames>(map, Options);
        var further = MessagePackSerializer.Deserialize<FurtherIds>(array, Options);
        var ordered = MessagePackSerializer.Deserialize<OrderedDictionary<long, string>>(map, Options);
        var orderedNames = MessagePackSerializer.Deserialize<OrderedNames>(map, Options);

        Assert.NotEqual(EqualityComparer<long>.Default.GetType(), plain);
        Assert.Equal(
            [plain, plain, plain, plain], [ids!.Comparer.GetType(), names!.Comparer.GetType(), shared!.Comparer.GetType(), further!.Comparer.GetType()]);
        Assert.Equal([plain, plain], [ordered!.Comparer.GetType(), orderedNames!.Comparer.GetType()]);
        Assert.Equal("one", orderedNames[1]);
        Assert.Equal([1, 2], ids.Order());
        Assert.Equal(("one", "one"), (names[1], shared[1]));
        Assert.Equal([1, 2, 99], further.Order());
        Assert.Contains(99, further);
    }

    [Fact]
    public void ComparerThatAClassHasChosen_Stays()
    {
        var words = MessagePackSerializer.Deserialize<Words>(MessagePackSerializer.Serialize(new[] { "a", "A" }), Options);

        Assert.Equal(["a"], words);
    }

    [Fact]
    public void Hashtable_OfKeysThatCollide_ComparesFewOfThem()
    {
        // long.GetHashCode is the exclusive or of its halves: all of these are 0.
        byte[] map = MessagePackSerializer.Serialize(Enumerable.Range(0, Keys).ToDictionary(i => ((long)i << 32) | (uint)i, i => i));

        var table = MessagePackSerializer.Deserialize<Hashtable>(map, Options);

        Assert.Equal(Keys, table!.Count);
        Assert.DoesNotContain(
            "Default",
            table.GetType()
                .GetProperty(
                    "EqualityComparer",
                    System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(table)?.GetType().Name ?? "Default",
            StringComparison.Ordinal);
    }

    [Fact]
    public void SortedList_OfDescendingKeys_IsSortedOnce()
    {
        byte[] map = MessagePackSerializer.Serialize(Enumerable.Range(0, Keys).ToDictionary(i => (long)(Keys - i), i => i));

        var list = MessagePackSerializer.Deserialize<SortedList<Counted, int>>(map, Options.WithResolver(new CountedResolver(Options.Resolver)));
        int comparisons = Counted.Comparisons;
        var derived = MessagePackSerializer.Deserialize<Sorted>(map, Options);
        var old = MessagePackSerializer.Deserialize<SortedList>(
            MessagePackSerializer.Serialize(new Dictionary<string, int> { ["c"] = 1, ["b"] = 2, ["a"] = 3 }), Options);

        Assert.Equal(Keys, list!.Count);
        Assert.True(list.Keys.SequenceEqual(list.Keys.Order()));
        Assert.InRange(comparisons, Keys, Keys * 100);
        Assert.Equal((Keys, 1L, (long)Keys), (derived!.Count, derived.Keys[0], derived.Keys[^1]));
        Assert.Equal(["a", "b", "c"], old!.Keys.Cast<string>());
    }

    [Fact]
    public void DerivedCollections_WrittenAndReadBack_AreTheSame()
    {
        Assert.Equal(new Ids { 3, 4 }, MessagePackSerializer.Deserialize<Ids>(MessagePackSerializer.Serialize(new Ids { 3, 4 }, Options), Options));
        Assert.Equal(
            new Names { [3] = "c" }, MessagePackSerializer.Deserialize<Names>(MessagePackSerializer.Serialize(new Names { [3] = "c" }, Options), Options));
        Assert.Equal(
            new Sorted { [3] = 1 }, MessagePackSerializer.Deserialize<Sorted>(MessagePackSerializer.Serialize(new Sorted { [3] = 1 }, Options), Options));
        Assert.Null(MessagePackSerializer.Deserialize<Ids>(MessagePackSerializer.Serialize<Ids?>(null, Options), Options));
        Assert.Null(MessagePackSerializer.Deserialize<Names>(MessagePackSerializer.Serialize<Names?>(null, Options), Options));
    }

    public sealed class Ids : HashSet<long>;

    public sealed class FurtherIds : HashSet<long>
    {
        public FurtherIds() => Add(99);
    }

    public sealed class Words() : HashSet<string>(StringComparer.OrdinalIgnoreCase);

    public sealed class Names : Dictionary<long, string>;

    public sealed class OrderedNames : OrderedDictionary<long, string>;

    public sealed class SharedNames : ConcurrentDictionary<long, string>;

    public sealed class Sorted : SortedList<long, int>;

    /// <summary>A key that counts how often it is compared.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1036", Justification = "Nobody compares them but the list.")]
    public readonly record struct Counted(long Value) : IComparable<Counted>
    {
        public static int Comparisons { get; private set; }

        public int CompareTo(Counted other)
        {
            Comparisons++;
            return Value.CompareTo(other.Value);
        }
    }

    private sealed class CountedResolver(IFormatterResolver inner) : IFormatterResolver
    {
        public MessagePack.Formatters.IMessagePackFormatter<T>? GetFormatter<T>()
            => typeof(T) == typeof(Counted) ? (MessagePack.Formatters.IMessagePackFormatter<T>)(object)new CountedFormatter() : inner.GetFormatter<T>();
    }

    private sealed class CountedFormatter : MessagePack.Formatters.IMessagePackFormatter<Counted>
    {
        public void Serialize(ref MessagePackWriter writer, Counted value, MessagePackSerializerOptions options) => writer.Write(value.Value);

        public Counted Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => new(reader.ReadInt64());
    }
}
