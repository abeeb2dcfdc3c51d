using MessagePack;
using MessagePack.Resolvers;
using Mprpc.CompilerServices;
using Mprpc.SourceGenerator.Tests.Contracts;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>A generated formatter writes what MessagePack's own writes, and reads it back to the same.</summary>
public sealed class FormatterTests
{
    private static MessagePackSerializerOptions Generated => MprpcSerializerOptions.Default.MessagePack;

    private static MessagePackSerializerOptions ByReflection => ContractlessStandardResolver.Options;

    [Fact]
    public void Array_WithGapAndInitOnlyAndComputedMembers_IsTheSame()
        => AssertSame(new Item { Name = "n", Count = 300, Color = Color.Blue, Parts = [new Item(), new Item { Name = "p" }] });

    [Fact]
    public void RecordStruct_AsArray_IsTheSame() => AssertSame(new Point(1, -2));

    [Fact]
    public void Record_AsMapWithRequiredAndInitOnlyMembers_IsTheSame() => AssertSame(new Settings("n", 3) { Owner = "o", Extra = 4 });

    [Fact]
    public void Map_WithKeysAndFields_IsTheSame() => AssertSame(new Named { Name = "n", Value = 1.5 });

    [Fact]
    public void DerivedType_AsArray_IsTheSame() => AssertSame(new Derived { Base = 1, Over = "o", Own = long.MaxValue });

    [Fact]
    public void PlainClass_AsMap_IsTheSame() => AssertSame(new Plain { Number = 1, Text = "t", Points = new Dictionary<int, Point> { [3] = new(1, 2) } });

    [Fact]
    public void MutableStruct_AsArray_IsTheSame() => AssertSame(new Mutable { A = ushort.MaxValue, B = 'b', C = [1.5f] });

    [Fact]
    public void Constructor_MarkedForSerialization_IsCalled() => AssertSame(new Taken("n", 3) { Set = false });

    [Fact]
    public void PlainClass_WithMembersOfAllKinds_IsTheSame() => AssertSame(new Mixed { Keyed = 40, Numbered = 50, Init = 100 });

    [Fact]
    public void Struct_WithConstructors_IsTheSame() => AssertSame(new Constructed(1, "y"));

    [Fact]
    public void DerivedType_AsMap_IsTheSame() => AssertSame(new Child { Own = 1, Keyed = "k", Extra = 2, Children = [new Parent()], Field = "g" });

    [Fact]
    public void DerivedType_AsMapWithKeys_IsTheSame() => AssertSame(new KeyedChild(1, 2) { Over = "o", Last = 3 });

    [Fact]
    public void PlainDerivedClass_WithOverride_IsTheSame() => AssertSame(new PlainChild { First = 1, Over = 2, Last = 3, Own = 4 });

    [Fact]
    public void Collections_OfContracts_AreTheSame()
    {
        AssertSame(new List<Item> { new() { Name = "a" } });
        AssertSame<IReadOnlyList<Item>>([new() { Name = "a" }]);
        AssertSame(new Dictionary<string, Color> { ["a"] = Color.Blue });
        AssertSame((1, "a"));
        AssertSame<Point?>(new Point(1, 2));
        AssertSame<Point?>(null);
        AssertSame(new[,] { { 1, 2 }, { 3, 4 } });
        AssertSame(new Color?[] { Color.Red, null });
        AssertSame(new[] { 1.5m });
        AssertSame(new HashSet<Guid> { Guid.Empty });
    }

    [Fact]
    public void Members_ThatThePeerDoesNotSend_KeepTheirOwnDefaults()
    {
        Item item = MessagePackSerializer.Deserialize<Item>(new byte[] { 0x91, 0xA1, (byte)'n' }, Generated);

        Assert.Equal(("n", 5, Color.Green), (item.Name, item.Count, item.Color));
    }

    [Fact]
    public void Members_ThatAreNotKnown_AreReadOver()
    {
        byte[] map = MessagePackSerializer.Serialize(new Dictionary<string, object> { ["X"] = new[] { 1, 2 }, ["Text"] = "t", ["Y"] = 1 });

        Assert.Equal("t", MessagePackSerializer.Deserialize<Plain>(map, Generated).Text);
    }

    [Fact]
    public void Nil_ForAClass_IsNull()
    {
        Assert.Null(MessagePackSerializer.Deserialize<Item>(new byte[] { 0xC0 }, Generated));
        Assert.Null(MessagePackSerializer.Deserialize<Plain>(new byte[] { 0xC0 }, Generated));
    }

    [Fact]
    public void Nil_ForAStruct_Throws()
        => Assert.Throws<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<Point>(new byte[] { 0xC0 }, Generated));

    [Fact]
    public void Callbacks_OfAType_AreCalled()
    {
        var value = new Named { Name = "n" };

        byte[] bytes = MessagePackSerializer.Serialize(value, Generated);

        Assert.Equal("before ", value.Log);
        Assert.Equal("after", MessagePackSerializer.Deserialize<Named>(bytes, Generated).Log);
    }

    [Fact]
    public void Depth_MoreThanAllowed_Throws()
    {
        Item item = new();

        for (int i = 0; i < 600; i++)
        {
            item = new Item { Parts = [item] };
        }

        byte[] deep = MessagePackSerializer.Serialize(item, Generated);

        Assert.Throws<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<Item>(deep, Generated));
    }

    private static void AssertSame<T>(T value)
    {
        Assert.True(MprpcGeneratedFormatters.Find<T>() is not null, $"Nothing was generated for {typeof(T)}.");
        byte[] expected = MessagePackSerializer.Serialize(value, ByReflection);

        byte[] actual = MessagePackSerializer.Serialize(value, Generated);

        Assert.Equal(MessagePackSerializer.ConvertToJson(expected), MessagePackSerializer.ConvertToJson(actual));
        Assert.Equal(expected, actual);
        Assert.Equal(expected, MessagePackSerializer.Serialize(MessagePackSerializer.Deserialize<T>(expected, Generated), ByReflection));
    }
}
