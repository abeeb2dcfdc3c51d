using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mprpc.Contracts.Tests.Contract;

internal sealed class Types : ITypes
{
    private string? _note;

    public Task<(sbyte A, short B, int C, long D)> SignedAsync(sbyte a, short b, int c, long d) => Task.FromResult((a, b, c, d));

    public Task<(byte A, ushort B, uint C, ulong D)> UnsignedAsync(byte a, ushort b, uint c, ulong d) => Task.FromResult((a, b, c, d));

    public Task<(float A, double B, bool C, char D)> OthersAsync(float a, double b, bool c, char d) => Task.FromResult((a, b, c, d));

    public Task<string?> TextAsync(string? text) => Task.FromResult(text);

    public Task<int?> MaybeNumberAsync(int? number) => Task.FromResult(number);

    public Task<Guid?> MaybeGuidAsync(Guid? id) => Task.FromResult(id);

    // The class's own defaults are not the contract's.
    public Task<string> OptionalAsync(int first, int second = 99, string? third = "other", Color color = Color.Red, double? fourth = null)
        => Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"{first} {second} {third ?? "null"} {color} {fourth}"));

    public Task<int> TotalAsync(string label, params int[] numbers) => Task.FromResult(label.Length + numbers.Sum());

    public Task<(int Sum, string Text)> TupleAsync((int Number, string Text) pair) => Task.FromResult(pair);

    public Task<(int, int, int, int, int, int, int, int, int)> LongTupleAsync((int, int, int, int, int, int, int, int, int) many) => Task.FromResult(many);

    public Task<Tuple<int, string>> ClassTupleAsync(Tuple<int, string> pair) => Task.FromResult(pair);

    public Task<Color> EnumAsync(Color color) => Task.FromResult(color);

    public Task<Color?> MaybeEnumAsync(Color? color) => Task.FromResult(color);

    public Task<Rights> FlagsAsync(Rights rights) => Task.FromResult(rights);

    public Task<byte[]?> BytesAsync(byte[]? bytes) => Task.FromResult(bytes);

    public Task<ReadOnlyMemory<byte>> MemoryAsync(ReadOnlyMemory<byte> bytes) => Task.FromResult(bytes);

    public Task<Memory<byte>> WritableMemoryAsync(Memory<byte> bytes) => Task.FromResult(bytes);

    public Task<ArraySegment<byte>> SegmentAsync(ArraySegment<byte> bytes) => Task.FromResult(bytes);

    // Late: the bytes must not be the connection's.
    public async Task<ReadOnlySequence<byte>> SequenceAsync(ReadOnlySequence<byte> bytes)
    {
        await Task.Yield();
        return bytes;
    }

    public Task<DateTime> DateTimeAsync(DateTime time) => Task.FromResult(time);

    public Task<DateTimeOffset> DateTimeOffsetAsync(DateTimeOffset time) => Task.FromResult(time);

    public Task<TimeSpan> TimeSpanAsync(TimeSpan span) => Task.FromResult(span);

    public Task<DateOnly> DateAsync(DateOnly date) => Task.FromResult(date);

    public Task<TimeOnly> TimeAsync(TimeOnly time) => Task.FromResult(time);

    public Task<Guid> GuidAsync(Guid id) => Task.FromResult(id);

    public Task<decimal> DecimalAsync(decimal number) => Task.FromResult(number);

    public Task<decimal?> MaybeDecimalAsync(decimal? number) => Task.FromResult(number);

    public Task<List<decimal>> DecimalsAsync(List<decimal> numbers) => Task.FromResult(numbers);

    public Task<Int128> Int128Async(Int128 number) => Task.FromResult(number);

    public Task<UInt128> UInt128Async(UInt128 number) => Task.FromResult(number);

    public Task<BigInteger> BigIntegerAsync(BigInteger number) => Task.FromResult(number);

    public Task<Half> HalfAsync(Half number) => Task.FromResult(number);

    public Task<Uri?> UriAsync(Uri? address) => Task.FromResult(address);

    public Task<Version> VersionAsync(Version version) => Task.FromResult(version);

    public Task<int[]> ArrayAsync(int[] numbers) => Task.FromResult(numbers);

    public Task<List<string?>> ListAsync(List<string?> texts) => Task.FromResult(texts);

    public Task<IReadOnlyList<double>> ReadOnlyListAsync(IReadOnlyList<double> numbers) => Task.FromResult(numbers);

    public Task<IEnumerable<long>> EnumerableAsync(IEnumerable<long> numbers) => Task.FromResult(numbers);

    public Task<HashSet<string>> SetAsync(HashSet<string> texts) => Task.FromResult(texts);

    public Task<ImmutableArray<int>> ImmutableAsync(ImmutableArray<int> numbers) => Task.FromResult(numbers);

    public Task<int[][]> JaggedAsync(int[][] grid) => Task.FromResult(grid);

    public Task<int[,]> GridAsync(int[,] grid) => Task.FromResult(grid);

    public Task<List<Color>> EnumsAsync(List<Color> colors) => Task.FromResult(colors);

    public Task<Dictionary<string, int>> DictionaryAsync(Dictionary<string, int> numbers) => Task.FromResult(numbers);

    public Task<IReadOnlyDictionary<int, List<string>>> NestedAsync(IReadOnlyDictionary<int, List<string>> lists) => Task.FromResult(lists);

    public Task<KeyValuePair<string, int>> PairAsync(KeyValuePair<string, int> pair) => Task.FromResult(pair);

    public Task<object?> AnyAsync(object? value) => Task.FromResult(value);

    public Task<dynamic> DynamicAsync(dynamic value) => Task.FromResult<dynamic>(value);

    public Task<List<object?>> AnyListAsync(List<object?> values) => Task.FromResult(values);

    public Task<Dictionary<string, object?>> AnyMapAsync(Dictionary<string, object?> values) => Task.FromResult(values);

    public Task<MprpcRaw> RawAsync(MprpcRaw value) => Task.FromResult(value);

    public Task<Item> ItemAsync(Item item) => Task.FromResult(item);

    public Task<Settings> SettingsAsync(Settings settings) => Task.FromResult(settings);

    public Task<Plain> PlainAsync(Plain plain) => Task.FromResult(plain);

    public Task<Place> RecordAsync(Place place) => Task.FromResult(place);

    public Task<Point?> PointAsync(Point? point) => Task.FromResult(point);

    public Task<List<Item>> ItemsAsync(IReadOnlyList<Item> items) => Task.FromResult(items.ToList());

    public Task<Page<Item>> PageAsync(Page<Item> page) => Task.FromResult(page);

    public Task<Page<string>> TextPageAsync(Page<string> page) => Task.FromResult(page);

    public ValueTask<int> ValueTaskAsync(int number, CancellationToken cancellationToken) => new(number);

    public Task NothingAsync() => Task.CompletedTask;

    public ValueTask NothingEitherAsync(string text) => default;

    public void Note(string text) => _note = text;

    public Task<string?> LastNoteAsync() => Task.FromResult(_note);

    Task<string> ITypes.RenamedAsync(string text) => Task.FromResult(text);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public Task<string> PathAsync()
        => Task.FromResult(
            string.Join(
                '\n', new StackTrace().GetFrames().Select(frame => $"{frame.GetMethod()?.DeclaringType?.Name ?? "dynamic"}.{frame.GetMethod()?.Name}")));

    public Task<string> InheritedAsync(string text) => Task.FromResult(text);

    public Task<int> InheritedTwiceAsync(int number) => Task.FromResult(number);

    public Task<Item> FindAsync(int key) => Task.FromResult(new Item("found", key));
}
