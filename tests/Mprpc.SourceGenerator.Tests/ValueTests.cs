using MessagePack;
using MessagePack.Resolvers;
using Mprpc.CompilerServices;
using Mprpc.Serialization;
using Mprpc.SourceGenerator.Tests.Contracts;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>What generated code writes in place is what MessagePack's serializer writes, and it reads what that one reads.</summary>
public sealed class ValueTests
{
    private static Shapes Full => new()
    {
        Bool = true,
        Byte = 200,
        SByte = -100,
        Short = -300,
        UShort = 60_000,
        Int = -70_000,
        UInt = uint.MaxValue,
        Long = long.MinValue,
        ULong = ulong.MaxValue,
        Char = '\u00e9',
        Float = 0.1f,
        Double = -1.5e300,
        Text = "t\u00e9xt \ud83d\ude00",
        Bytes = [1, 2, 3],
        Color = Color.Blue,
        Wide = Wide.Most,
        Spoken = Spoken.Yes,
        Maybe = 7,
        Where = new Point(1, -2),
        Time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Money = 12.50m,
        Id = new Guid("00112233-4455-6677-8899-aabbccddeeff"),
        Any = "any",
        Named = new Dictionary<string, Point> { ["a"] = new(1, 2), ["b"] = new(3, 4) },
        ByColor = new Dictionary<Color, string?> { [Color.Blue] = "blue", [Color.Red] = null },
        Rows = new Dictionary<long, int[]> { [-5_000_000_000] = [1, 2], [3] = [] },
        Texts = ["a", null, ""],
        Points = [new Point(5, 6)],
        Numbers = [1, 300, -300],
        Words = ["x", "y"],
        Gaps = [new Point(1, 1), null],
        ByteList = [1, 200],
        Grid = new[,] { { 1, 2 }, { 3, 4 } },
        Pair = (1, "one"),
    };

    public static TheoryData<int> Numbers =>
    [
        0, 1, 31, 32, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, int.MaxValue, -1, -32, -33, -128, -129, -32_768, -32_769, int.MinValue,
    ];

    [Fact]
    public void Object_WithMembersOfAllKinds_IsTheSame() => AssertSame(Full);

    [Fact]
    public void Object_WithNothingSet_IsTheSame() => AssertSame(new Shapes());

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Numbers_OfEverySize_AreTheSame(int number)
        => AssertSame(new Shapes
        {
            Byte = (byte)number,
            SByte = (sbyte)number,
            Short = (short)number,
            UShort = (ushort)number,
            Int = number,
            UInt = (uint)number,
            Long = number * 3_000_000_000L,
            ULong = (ulong)number << 20,
            Char = (char)number,
            Maybe = number,
            Color = (Color)(short)number,
            Wide = (Wide)(ulong)number,
        });

    [Theory]
    [InlineData("a")]
    [InlineData("\u00e9")]
    [InlineData("\u20ac")]
    public void Text_OfEveryLength_IsTheSame(string letter)
    {
        foreach (int length in new[] { 0, 1, 10, 11, 15, 16, 31, 32, 85, 86, 127, 128, 255, 256, 257, 1000, 21_845, 21_846, 65_535, 65_536 })
        {
            AssertSame(new Shapes { Text = string.Concat(Enumerable.Repeat(letter, length)) });
        }
    }

    [Fact]
    public void Classes_OfTheFormatters_AreTheSame()
    {
        AssertSame(new Item { Name = "n", Count = 300, Color = Color.Blue, Parts = [new Item(), new Item { Name = "p" }] });
        AssertSame(new Point(1, -2));
        AssertSame(new Settings("n", 3) { Owner = "o", Extra = 4 });
        AssertSame(new Named { Name = "n", Value = 1.5 });
        AssertSame(new Derived { Base = 1, Over = "o", Own = long.MaxValue });
        AssertSame(new Plain { Number = 1, Text = "t", Points = new Dictionary<int, Point> { [3] = new(1, 2) } });
        AssertSame(new Mutable { A = ushort.MaxValue, B = 'b', C = [1.5f] });
        AssertSame(new Taken("n", 3) { Set = false });
        AssertSame(new Mixed { Keyed = 40, Numbered = 50, Init = 100 });
        AssertSame(new Constructed(1, "y"));
        AssertSame(new Child { Own = 1, Keyed = "k", Extra = 2, Children = [new Parent()], Field = "g" });
        AssertSame(new KeyedChild(1, 2) { Over = "o", Last = 3 });
        AssertSame(new PlainChild { First = 1, Over = 2, Last = 3, Own = 4 });
        AssertSame(new Page<int>([1, 2, 3], 3));
        AssertSame(new Page<Item>([new Item()], 1));
        AssertSame<Point?>(null);
        AssertSame<Point?>(new Point(3, 4));
        AssertSame<Item?>(null);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(1025)]
    [InlineData(70_000)]
    public void Collections_OfEveryLength_AreTheSame(int count)
    {
        AssertSame(Enumerable.Range(0, count).ToArray());
        AssertSame(Enumerable.Range(0, count).Select(i => i % 3 == 0 ? null : $"{i}").ToList());
        AssertSame(Enumerable.Range(0, count).ToDictionary(i => $"{i}", i => i));
        AssertSame<IEnumerable<int>>(Enumerable.Range(0, count).ToArray());
        AssertSame(new Page<int>([.. Enumerable.Range(0, count)], count));
    }

    [Fact]
    public void Sequences_ThatAreNeitherArrayNorList_AreWritten()
    {
        AssertSame(Enumerable.Range(0, 20).Where(i => i % 2 == 0));
        AssertSame(new Page<int>(new System.Collections.ObjectModel.ReadOnlyCollection<int>([1, 2]), 2));
        AssertSame(
            new Shapes
            {
                Numbers = new System.Collections.ObjectModel.Collection<int> { 1, 2 },
                ByColor = new SortedDictionary<Color, string?> { [Color.Red] = "r" },
            });
    }

    [Fact]
    public void Members_UnknownMissingReorderedAndTwice_AreReadAsTheSerializerReads()
    {
        byte[] map = WireBytes.Map(("Y", new[] { 1, 2 }), ("Text", "first"), ("Numbex", 1), ("Number", 3), ("Text", "last"), ("TextAndMore", "x"));

        Plain value = WireBytes.Read<Plain>(map);

        Assert.Equal((3, "last", null), (value.Number, value.Text, value.Points));
        Assert.Equal(
            WireBytes.ByReflection(MessagePackSerializer.Deserialize<Plain>(map, ContractlessStandardResolver.Options)), WireBytes.ByReflection(value));
    }

    [Fact]
    public void Members_ThatThePeerDoesNotSend_KeepTheirOwnDefaults()
    {
        Item item = WireBytes.Read<Item>([0x91, 0xA1, (byte)'n']);

        Assert.Equal(("n", 5, Color.Green, null), (item.Name, item.Count, item.Color, item.Parts));
        Assert.Equal("long", WireBytes.Read<Shapes>([0x80]).AMemberWhoseNameHasMoreThanThirtyOneBytes);
    }

    [Fact]
    public void Members_BehindTheLastKnownOne_AreReadOver()
        => Assert.Equal(new Point(1, 2), WireBytes.Read<Point>([0x94, 0x01, 0x02, 0x92, 0xA1, 0x61, 0xC0, 0x81, 0x01, 0x02]));

    [Fact]
    public void Callbacks_OfAType_AreCalled()
    {
        var value = new Named { Name = "n" };

        byte[] bytes = WireBytes.Write(value);

        Assert.Equal("before ", value.Log);
        Assert.Equal("after", WireBytes.Read<Named>(bytes).Log);
    }

    [Fact]
    public void OldSpec_OfAnObject_HasNoNewCodes()
    {
        var value = new Shapes { Text = new string('x', 40), Bytes = [1, 2], Texts = [new string('y', 200)], Time = default };
        MprpcSerializerOptions generated = MprpcSerializerOptions.Default.WithOldSpec();
        MprpcSerializerOptions bySerializer = new MprpcSerializerOptions(ContractlessStandardResolver.Instance).WithOldSpec();

        Assert.Equal(WireBytes.Write(new Plain { Text = value.Text }, bySerializer), WireBytes.Write(new Plain { Text = value.Text }, generated));
        Assert.Equal(
            WireBytes.Write(new List<string?> { new('z', 255), new('z', 256), null }, bySerializer),
            WireBytes.Write(new List<string?> { new('z', 255), new('z', 256), null }, generated));
        Assert.Equal(new string('x', 40), WireBytes.Read<Plain>(WireBytes.Write(new Plain { Text = value.Text }, generated)).Text);
    }

    [Fact]
    public void Resolver_OfTheUser_GoesFirst()
    {
        var options = new MprpcSerializerOptions(CompositeResolver.Create([new PointAsText()], [ContractlessStandardResolver.Instance]));

        byte[] bytes = WireBytes.Write(new Point(1, 2), options);

        Assert.Equal("\"1;2\"", MessagePackSerializer.ConvertToJson(bytes));
        MprpcReader reader = new(bytes, 0, 1, options, loop: null);
        Assert.Equal(new Point(1, 2), reader.Read<Point>());
    }

    [Fact]
    public void Dictionary_ThatShrinksWhileItIsWritten_IsRefused()
    {
        var first = new Shrinking();
        first.All = new Dictionary<string, Shrinking> { ["a"] = first, ["b"] = new() };

        Assert.Throws<MessagePackSerializationException>(() => WireBytes.Write(first.All));
    }

    [Fact]
    public void Value_ThatContainsItself_ThrowsAndTakesNothingDown()
    {
        var item = new Item();
        item.Parts = [item];

        Exception thrown = Assert.Throws<MessagePackSerializationException>(() => WireBytes.Write(item));
        Assert.Contains("Item cannot be sent: the value nests deeper than 1,024 levels", thrown.Message, StringComparison.Ordinal);
    }

    private static void AssertSame<T>(T value)
    {
        Assert.True(ValueWriter<T>.Generated is not null && ValueReader<T>.Generated is not null, $"Nothing was generated for {typeof(T)}.");
        byte[] expected = WireBytes.ByReflection(value);

        byte[] actual = WireBytes.Write(value);

        if (!expected.AsSpan().SequenceEqual(actual))
        {
            Assert.Equal(MessagePackSerializer.ConvertToJson(expected), MessagePackSerializer.ConvertToJson(actual));
            Assert.Equal(expected, actual);
        }

        T back = WireBytes.Read<T>(expected);
        Assert.Equal(MessagePackSerializer.Deserialize<T>(expected, ContractlessStandardResolver.Options)?.GetType(), back?.GetType());
        Assert.True(expected.AsSpan().SequenceEqual(WireBytes.ByReflection(back)), $"{typeof(T)} is not read as it was written.");
    }
}
