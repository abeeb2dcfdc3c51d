using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>What the typed client sends, one call a type; Python/cases.py has the same values as Python writes them.</summary>
internal static class TypeCalls
{
    private static readonly DateTime Time = new(2026, 11, 23, 4, 5, 6, DateTimeKind.Utc);
    private static readonly Guid Id = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly Item Nested = new("box", 2, [new Item("a", 1), new Item(null, -1)]);

    public static IReadOnlyList<TypeCall> All { get; } =
    [
        Of(
            "signed",
            async c => Assert.Equal(
                (sbyte.MinValue, short.MinValue, int.MinValue, long.MinValue),
                await c.SignedAsync(sbyte.MinValue, short.MinValue, int.MinValue, long.MinValue))),
        Of(
            "unsigned",
            async c => Assert.Equal(
                (byte.MaxValue, ushort.MaxValue, uint.MaxValue, ulong.MaxValue),
                await c.UnsignedAsync(byte.MaxValue, ushort.MaxValue, uint.MaxValue, ulong.MaxValue))),
        Of("others", async c => Assert.Equal((0.5f, -1.5e300, true, 'A'), await c.OthersAsync(0.5f, -1.5e300, true, 'A'))),
        Of("text", async c => Assert.Equal("grün \u20ac \U0001F600", await c.TextAsync("grün \u20ac \U0001F600"))),
        Of("text: null", async c => Assert.Null(await c.TextAsync(null))),
        Of("maybe number", async c => Assert.Equal(300, await c.MaybeNumberAsync(300))),
        Of("maybe number: null", async c => Assert.Null(await c.MaybeNumberAsync(null))),
        Of("maybe guid", async c => Assert.Equal(Id, await c.MaybeGuidAsync(Id))),
        Of("maybe guid: null", async c => Assert.Null(await c.MaybeGuidAsync(null))),
        Of("optional: given", async c => Assert.Equal("1 2 three Blue 4.5", await c.OptionalAsync(1, 2, "three", Color.Blue, 4.5))),
        Of("optional: left out", async c => Assert.Equal("1 7 null Green 0.5", await c.OptionalAsync(1))),
        Of("params", async c => Assert.Equal(8, await c.TotalAsync("ab", 1, 2, 3))),
        Of("params: none", async c => Assert.Equal(2, await c.TotalAsync("ab"))),
        Of("tuple", async c => Assert.Equal((1, "a"), await c.TupleAsync((1, "a")))),
        Of("long tuple", async c => Assert.Equal((1, 2, 3, 4, 5, 6, 7, 8, 9), await c.LongTupleAsync((1, 2, 3, 4, 5, 6, 7, 8, 9)))),
        Of("class tuple", async c => Assert.Equal(Tuple.Create(1, "a"), await c.ClassTupleAsync(Tuple.Create(1, "a")))),
        Of("enum", async c => Assert.Equal(Color.Blue, await c.EnumAsync(Color.Blue))),
        Of("maybe enum", async c => Assert.Equal(Color.Green, await c.MaybeEnumAsync(Color.Green))),
        Of("maybe enum: null", async c => Assert.Null(await c.MaybeEnumAsync(null))),
        Of("flags", async c => Assert.Equal(Rights.All, await c.FlagsAsync(Rights.All))),
        Of("bytes", async c => Assert.Equal([0, 255, 128], (await c.BytesAsync([0, 255, 128]))!)),
        Of("bytes: null", async c => Assert.Null(await c.BytesAsync(null))),
        Of("memory", async c => Assert.Equal([1, 2], (await c.MemoryAsync(new byte[] { 1, 2 })).ToArray())),
        Of("writable memory", async c => Assert.Equal([1, 2], (await c.WritableMemoryAsync(new byte[] { 1, 2 })).ToArray())),
        Of("segment", async c => Assert.Equal([2, 3], (await c.SegmentAsync(new ArraySegment<byte>([1, 2, 3, 4], 1, 2))).ToArray())),
        Of("sequence", async c => Assert.Equal([1, 2, 3], (await c.SequenceAsync(Pieces.Of([1], [2, 3]))).ToArray())),
        Of("date and time", async c => Assert.Equal(Time, await c.DateTimeAsync(Time))),
        Of("date and time: 100 ns", async c => Assert.Equal(Time.AddTicks(1), await c.DateTimeAsync(Time.AddTicks(1)))),
        Of("date and time: local", async c => Assert.Equal(Time, await c.DateTimeAsync(Time.ToLocalTime()))),
        Of(
            "date and time: 1901",
            async c => Assert.Equal(
                new DateTime(1901, 1, 1, 0, 0, 0, DateTimeKind.Utc), await c.DateTimeAsync(new DateTime(1901, 1, 1, 0, 0, 0, DateTimeKind.Utc)))),
        Of(
            "date and time with offset",
            async c => Assert.Equal((Time, 120), Parts(await c.DateTimeOffsetAsync(new DateTimeOffset(Time).ToOffset(TimeSpan.FromHours(2)))))),
        Of("time span", async c => Assert.Equal(TimeSpan.FromMilliseconds(-1500), await c.TimeSpanAsync(TimeSpan.FromMilliseconds(-1500)))),
        Of("date", async c => Assert.Equal(new DateOnly(1970, 1, 2), await c.DateAsync(new DateOnly(1970, 1, 2)))),
        Of("time", async c => Assert.Equal(new TimeOnly(1, 2, 3), await c.TimeAsync(new TimeOnly(1, 2, 3)))),
        Of("guid", async c => Assert.Equal(Id, await c.GuidAsync(Id))),
        Of("decimal", async c => Assert.Equal("-12.50", (await c.DecimalAsync(-12.50m)).ToString(CultureInfo.InvariantCulture))),
        Of("maybe decimal", async c => Assert.Equal(0.1m, await c.MaybeDecimalAsync(0.1m))),
        Of("decimals", async c => Assert.Equal([1m, 0.1m], await c.DecimalsAsync([1m, 0.1m]))),
        Of("int128: small", async c => Assert.Equal(-5, await c.Int128Async(-5))),
        Of("int128: large", async c => Assert.Equal(Int128.MinValue, await c.Int128Async(Int128.MinValue))),
        Of("uint128: small", async c => Assert.Equal(ulong.MaxValue, await c.UInt128Async(ulong.MaxValue))),
        Of("uint128: large", async c => Assert.Equal(UInt128.MaxValue, await c.UInt128Async(UInt128.MaxValue))),
        Of("big integer: small", async c => Assert.Equal(300, await c.BigIntegerAsync(300))),
        Of("big integer: large", async c => Assert.Equal(-BigInteger.Pow(2, 100), await c.BigIntegerAsync(-BigInteger.Pow(2, 100)))),
        Of("half", async c => Assert.Equal((Half)1.5, await c.HalfAsync((Half)1.5))),
        Of("uri", async c => Assert.Equal(new Uri("http://a/b?c"), await c.UriAsync(new Uri("http://a/b?c")))),
        Of("version", async c => Assert.Equal(new Version(1, 2, 3), await c.VersionAsync(new Version(1, 2, 3)))),
        Of("array", async c => Assert.Equal([1, -200, 70000], (await c.ArrayAsync([1, -200, 70000])).ToList())),
        Of("list", async c => Assert.Equal(["a", null], await c.ListAsync(["a", null]))),
        Of("read-only list", async c => Assert.Equal([0.5, -1], await c.ReadOnlyListAsync([0.5, -1]))),
        Of("enumerable", async c => Assert.Equal([1L, 1L << 40], await c.EnumerableAsync([1L, 1L << 40]))),
        Of("set", async c => Assert.Equal(["a"], await c.SetAsync(["a"]))),
        Of("immutable array", async c => Assert.Equal([1, 2], await c.ImmutableAsync(ImmutableArray.Create(1, 2)))),
        Of("array of arrays", async c => Assert.Equal([[1, 2], []], await c.JaggedAsync([[1, 2], []]))),
        Of("grid", async c => Assert.Equal(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }, await c.GridAsync(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }))),
        Of("enums", async c => Assert.Equal([Color.Blue, Color.Red], await c.EnumsAsync([Color.Blue, Color.Red]))),
        Of(
            "dictionary",
            async c => Assert.Equal(new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }, await c.DictionaryAsync(new() { ["a"] = 1, ["b"] = 2 }))),
        Of("dictionary of lists", async c => Assert.Equal(["x", "y"], (await c.NestedAsync(new Dictionary<int, List<string>> { [-1] = ["x", "y"] }))[-1])),
        Of("pair", async c => Assert.Equal(KeyValuePair.Create("a", 1), await c.PairAsync(KeyValuePair.Create("a", 1)))),
        Of("any: number", async c => Assert.Equal(70000, Convert.ToInt32(await c.AnyAsync(70000), CultureInfo.InvariantCulture))),
        Of("any: text", async c => Assert.Equal("a", await c.AnyAsync("a"))),
        Of("any: null", async c => Assert.Null(await c.AnyAsync(null))),
        Of("any: bytes", async c => Assert.Equal(new byte[] { 1 }, await c.AnyAsync(new byte[] { 1 }))),
        Of("any: time", async c => Assert.Equal(Time, await c.AnyAsync(Time))),
        Of("any: object", async c => Assert.Equal("Bonn", ((IDictionary<object, object>)(await c.AnyAsync(new Place("Bonn", 1.5, 2.5)))!)["City"])),
        Of("dynamic", async c => Assert.Equal("a", (string)(await c.DynamicAsync(new object[] { "a", true }))[0])),
        Of("any list", async c => Assert.Equal(["a", null, true, 0.5], await c.AnyListAsync(["a", null, true, 0.5]))),
        Of(
            "any map",
            async c => Assert.Equal(new Dictionary<string, object?> { ["a"] = "b", ["c"] = null }, await c.AnyMapAsync(new() { ["a"] = "b", ["c"] = null }))),
        // Ext type 7.
        Of("raw", async c => Assert.Equal(new MprpcRaw(new byte[] { 0xd4, 0x07, 0x2a }), await c.RawAsync(new MprpcRaw(new byte[] { 0xd4, 0x07, 0x2a })))),
        Of("object as array", async c => Assert.Equal(Nested, await c.ItemAsync(Nested))),
        Of(
            "object as map",
            async c => Assert.Equal(
                new Settings { Owner = "me", Level = 1, Color = Color.Green },
                await c.SettingsAsync(new Settings { Owner = "me", Level = 1, Color = Color.Green }))),
        Of(
            "class without attributes",
            async c => Assert.Equal(new Plain { Number = 1, Text = "a", Time = Time }, await c.PlainAsync(new Plain { Number = 1, Text = "a", Time = Time }))),
        Of("record without attributes", async c => Assert.Equal(new Place("Bonn", 50.5, 7.25), await c.RecordAsync(new Place("Bonn", 50.5, 7.25)))),
        Of("struct with names as keys", async c => Assert.Equal(new Point(1, -1), await c.PointAsync(new Point(1, -1)))),
        Of("struct: null", async c => Assert.Null(await c.PointAsync(null))),
        Of("objects", async c => Assert.Equal([Nested, new Item("b", 0)], await c.ItemsAsync([Nested, new Item("b", 0)]))),
        Of("generic object", async c => Assert.Equal(new Page<Item>(3, [Nested]), await c.PageAsync(new Page<Item>(3, [Nested])))),
        Of("generic object of text", async c => Assert.Equal(new Page<string>(3, ["a"]), await c.TextPageAsync(new Page<string>(3, ["a"])))),
        Of("value task", async c => Assert.Equal(5, await c.ValueTaskAsync(5))),
        Of("no result", async c => await c.NothingAsync()),
        Of("no result, value task", async c => await c.NothingEitherAsync("a")),
        Of("default method", async c => Assert.Equal("the interface's own", await c.DefaultMethodAsync())),
        Of("name set by hand", async c => Assert.Equal("a", await c.RenamedAsync("a"))),
        Of("inherited", async c => Assert.Equal("a", await c.InheritedAsync("a"))),
        Of("inherited twice", async c => Assert.Equal(5, await c.InheritedTwiceAsync(5))),
        Of("inherited, generic", async c => Assert.Equal(new Item("found", 5), await c.FindAsync(5))),
    ];

    private static TypeCall Of(string name, Func<ITypes, Task> callAsync) => new(name, callAsync);

    private static (DateTime Utc, int OffsetMinutes) Parts(DateTimeOffset time) => (time.UtcDateTime, (int)time.Offset.TotalMinutes);
}
