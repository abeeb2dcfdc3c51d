using System.Numerics;
using System.Text.Json;

namespace Mprpc.Contracts.Tests.Matrix;

/// <summary>The types of the matrix, each with a value and what it is on the wire.</summary>
internal static class Rows
{
    public static IReadOnlyList<Row> All { get; } =
    [
        new KeyRow<IBools, Bools, bool>("bool", true, "C3"),
        new KeyRow<ISBytes, SBytes, sbyte>("sbyte", -128, "D080"),
        new KeyRow<IBytes, Bytes, byte>("byte", 255, "CCFF"),
        new KeyRow<IShorts, Shorts, short>("short", -32768, "D18000"),
        new KeyRow<IUShorts, UShorts, ushort>("ushort", 65535, "CDFFFF"),
        new KeyRow<IInts, Ints, int>("int", 70000, "CE00011170"),
        new KeyRow<IUInts, UInts, uint>("uint", uint.MaxValue, "CEFFFFFFFF"),
        new KeyRow<ILongs, Longs, long>("long", long.MinValue, "D38000000000000000"),
        new KeyRow<IULongs, ULongs, ulong>("ulong", ulong.MaxValue, "CFFFFFFFFFFFFFFFFF"),
        new KeyRow<IChars, Chars, char>("char", 'A', "41"),
        new KeyRow<IFloats, Floats, float>("float", 0.5f, "CA3F000000"),
        new KeyRow<IDoubles, Doubles, double>("double", -1.5, "CBBFF8000000000000"),
        new KeyRow<IHalves, Halves, Half>("Half", (Half)0.5, "CA3F000000"),
        new KeyRow<IStrings, Strings, string>("string", "gr\u00fcn", "A56772C3BC6E"),
        new KeyRow<IDecimals, Decimals, decimal>("decimal", 12.50m, "A531322E3530"),
        new KeyRow<IInt128s, Int128s, Int128>("Int128", -5, "C410FBFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"),
        new KeyRow<IUInt128s, UInt128s, UInt128>("UInt128", 5U, "C41005000000000000000000000000000000"),
        new KeyRow<IBigIntegers, BigIntegers, BigInteger>("BigInteger", 300, "C4022C01"),
        new KeyRow<IColors, Colors, Color>("Color", Color.Blue, "CCC8"),
        new KeyRow<IDateTimes, DateTimes, DateTime>("DateTime", new(2026, 11, 23, 4, 5, 6, DateTimeKind.Utc), "D6FF6B03BB72"),
        new KeyRow<IDateTimeOffsets, DateTimeOffsets, DateTimeOffset>("DateTimeOffset", new(1970, 1, 1, 0, 0, 0, TimeSpan.FromMinutes(1)), "92D6FF0000000001"),
        new KeyRow<ITimeSpans, TimeSpans, TimeSpan>("TimeSpan", TimeSpan.FromTicks(-200), "D1FF38"),
        new KeyRow<IDateOnlys, DateOnlys, DateOnly>("DateOnly", new(1, 1, 6), "05"),
        new KeyRow<ITimeOnlys, TimeOnlys, TimeOnly>("TimeOnly", new(5), "05"),
        new KeyRow<IGuids, Guids, Guid>(
            "Guid", new("00112233-4455-6677-8899-aabbccddeeff"), "D92430303131323233332D343435352D363637372D383839392D616162626363646465656666"),
        new KeyRow<IUris, Uris, Uri>("Uri", new("http://a/b"), "AA687474703A2F2F612F62"),
        new KeyRow<IVersions, Versions, Version>("Version", new(1, 2, 3), "A5312E322E33"),
        new KeyRow<ITuples, Tuples, (int Number, string Text)>("(int Number, string Text)", (1, "a"), "9201A161"),
        new KeyRow<IClassTuples, ClassTuples, Tuple<int, string>>("Tuple<int, string>", Tuple.Create(1, "a"), "9201A161"),
        new KeyRow<IPairs, Pairs, KeyValuePair<string, int>>("KeyValuePair<string, int>", new("a", 1), "92A16101"),
        new KeyRow<ICells, Cells, Cell>("Cell", new(1, "a"), "82A3526F7701A6436F6C756D6EA161"),
        new KeyRow<ILabels, Labels, Label>("Label", new("b", new Cell(1, "a")), "82A454657874A162A443656C6C82A3526F7701A6436F6C756D6EA161"),
        new Row<IByteArrays, ByteArrays, byte[]>("byte[]", [1, 2], "C4020102"),
        new Row<IIntArrays, IntArrays, int[]>("int[]", [1, -1], "9201FF"),
        new Row<ILists, Lists, List<string>>("List<string>", ["a"], "91A161"),
        new Row<IMaps, Maps, Dictionary<string, int>>("Dictionary<string, int>", new() { ["a"] = 1 }, "81A16101"),
        new Row<IItems, Items, Item>("Item", new("box", 2, []), "94A3626F7802C090"),
        new Row<IElements, Elements, JsonElement>("JsonElement", JsonElement.Parse("[1,2]"), "920102"),
        new KeyRow<IRaws, Raws, MprpcRaw>("MprpcRaw", new(new byte[] { 0xd4, 0x07, 0x2a }), "D4072A"),
    ];
}
