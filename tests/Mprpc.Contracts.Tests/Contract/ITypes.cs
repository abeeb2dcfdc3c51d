using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>A method for each kind of thing that may stand in a contract. All give back what they get, unless the name says otherwise.</summary>
[MprpcService(Prefix = "types")]
public interface ITypes : IInherited, IStore<int, Item>
{
    Task<(sbyte A, short B, int C, long D)> SignedAsync(sbyte a, short b, int c, long d);

    Task<(byte A, ushort B, uint C, ulong D)> UnsignedAsync(byte a, ushort b, uint c, ulong d);

    Task<(float A, double B, bool C, char D)> OthersAsync(float a, double b, bool c, char d);

    Task<string?> TextAsync(string? text);

    Task<int?> MaybeNumberAsync(int? number);

    Task<Guid?> MaybeGuidAsync(Guid? id);

    /// <summary>What was left out shows in the text.</summary>
    Task<string> OptionalAsync(int first, int second = 7, string? third = null, Color color = Color.Green, double? fourth = 0.5);

    Task<int> TotalAsync(string label, params int[] numbers);

    Task<(int Sum, string Text)> TupleAsync((int Number, string Text) pair);

    Task<(int, int, int, int, int, int, int, int, int)> LongTupleAsync((int, int, int, int, int, int, int, int, int) many);

    Task<Tuple<int, string>> ClassTupleAsync(Tuple<int, string> pair);

    Task<Color> EnumAsync(Color color);

    Task<Color?> MaybeEnumAsync(Color? color);

    Task<Rights> FlagsAsync(Rights rights);

    Task<byte[]?> BytesAsync(byte[]? bytes);

    Task<ReadOnlyMemory<byte>> MemoryAsync(ReadOnlyMemory<byte> bytes);

    Task<Memory<byte>> WritableMemoryAsync(Memory<byte> bytes);

    Task<ArraySegment<byte>> SegmentAsync(ArraySegment<byte> bytes);

    Task<ReadOnlySequence<byte>> SequenceAsync(ReadOnlySequence<byte> bytes);

    Task<DateTime> DateTimeAsync(DateTime time);

    Task<DateTimeOffset> DateTimeOffsetAsync(DateTimeOffset time);

    Task<TimeSpan> TimeSpanAsync(TimeSpan span);

    Task<DateOnly> DateAsync(DateOnly date);

    Task<TimeOnly> TimeAsync(TimeOnly time);

    Task<Guid> GuidAsync(Guid id);

    Task<decimal> DecimalAsync(decimal number);

    Task<decimal?> MaybeDecimalAsync(decimal? number);

    Task<List<decimal>> DecimalsAsync(List<decimal> numbers);

    Task<Int128> Int128Async(Int128 number);

    Task<UInt128> UInt128Async(UInt128 number);

    Task<BigInteger> BigIntegerAsync(BigInteger number);

    Task<Half> HalfAsync(Half number);

    Task<Uri?> UriAsync(Uri? address);

    Task<Version> VersionAsync(Version version);

    Task<int[]> ArrayAsync(int[] numbers);

    Task<List<string?>> ListAsync(List<string?> texts);

    Task<IReadOnlyList<double>> ReadOnlyListAsync(IReadOnlyList<double> numbers);

    Task<IEnumerable<long>> EnumerableAsync(IEnumerable<long> numbers);

    Task<HashSet<string>> SetAsync(HashSet<string> texts);

    Task<ImmutableArray<int>> ImmutableAsync(ImmutableArray<int> numbers);

    Task<int[][]> JaggedAsync(int[][] grid);

    Task<int[,]> GridAsync(int[,] grid);

    Task<List<Color>> EnumsAsync(List<Color> colors);

    Task<Dictionary<string, int>> DictionaryAsync(Dictionary<string, int> numbers);

    Task<IReadOnlyDictionary<int, List<string>>> NestedAsync(IReadOnlyDictionary<int, List<string>> lists);

    Task<KeyValuePair<string, int>> PairAsync(KeyValuePair<string, int> pair);

    Task<object?> AnyAsync(object? value);

    Task<dynamic> DynamicAsync(dynamic value);

    Task<List<object?>> AnyListAsync(List<object?> values);

    Task<Dictionary<string, object?>> AnyMapAsync(Dictionary<string, object?> values);

    Task<MprpcRaw> RawAsync(MprpcRaw value);

    Task<Item> ItemAsync(Item item);

    Task<Settings> SettingsAsync(Settings settings);

    Task<Plain> PlainAsync(Plain plain);

    Task<Place> RecordAsync(Place place);

    Task<Point?> PointAsync(Point? point);

    Task<List<Item>> ItemsAsync(IReadOnlyList<Item> items);

    Task<Page<Item>> PageAsync(Page<Item> page);

    Task<Page<string>> TextPageAsync(Page<string> page);

    ValueTask<int> ValueTaskAsync(int number, CancellationToken cancellationToken = default);

    Task NothingAsync();

    ValueTask NothingEitherAsync(string text);

    /// <summary>A notification: the call of it has no answer.</summary>
    void Note(string text);

    Task<string?> LastNoteAsync();

    Task<string> DefaultMethodAsync() => Task.FromResult("the interface's own");

    [MprpcMethod("types.by-another.name")]
    Task<string> RenamedAsync(string text);

    /// <summary>How the server has come to its method, as its stack tells.</summary>
    Task<string> PathAsync();
}
