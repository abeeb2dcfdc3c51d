using System.Numerics;
using System.Text.Json;

namespace Mprpc.Contracts.Tests.Matrix;

internal sealed class Bools : KeyPlaces<bool>, IBools;

internal sealed class SBytes : KeyPlaces<sbyte>, ISBytes;

internal sealed class Bytes : KeyPlaces<byte>, IBytes;

internal sealed class Shorts : KeyPlaces<short>, IShorts;

internal sealed class UShorts : KeyPlaces<ushort>, IUShorts;

internal sealed class Ints : KeyPlaces<int>, IInts;

internal sealed class UInts : KeyPlaces<uint>, IUInts;

internal sealed class Longs : KeyPlaces<long>, ILongs;

internal sealed class ULongs : KeyPlaces<ulong>, IULongs;

internal sealed class Chars : KeyPlaces<char>, IChars;

internal sealed class Floats : KeyPlaces<float>, IFloats;

internal sealed class Doubles : KeyPlaces<double>, IDoubles;

internal sealed class Halves : KeyPlaces<Half>, IHalves;

internal sealed class Strings : KeyPlaces<string>, IStrings;

internal sealed class Decimals : KeyPlaces<decimal>, IDecimals;

internal sealed class Int128s : KeyPlaces<Int128>, IInt128s;

internal sealed class UInt128s : KeyPlaces<UInt128>, IUInt128s;

internal sealed class BigIntegers : KeyPlaces<BigInteger>, IBigIntegers;

internal sealed class Colors : KeyPlaces<Color>, IColors;

internal sealed class DateTimes : KeyPlaces<DateTime>, IDateTimes;

internal sealed class DateTimeOffsets : KeyPlaces<DateTimeOffset>, IDateTimeOffsets;

internal sealed class TimeSpans : KeyPlaces<TimeSpan>, ITimeSpans;

internal sealed class DateOnlys : KeyPlaces<DateOnly>, IDateOnlys;

internal sealed class TimeOnlys : KeyPlaces<TimeOnly>, ITimeOnlys;

internal sealed class Guids : KeyPlaces<Guid>, IGuids;

internal sealed class Uris : KeyPlaces<Uri>, IUris;

internal sealed class Versions : KeyPlaces<Version>, IVersions;

internal sealed class Tuples : KeyPlaces<(int Number, string Text)>, ITuples;

internal sealed class ClassTuples : KeyPlaces<Tuple<int, string>>, IClassTuples;

internal sealed class Pairs : KeyPlaces<KeyValuePair<string, int>>, IPairs;

internal sealed class Cells : KeyPlaces<Cell>, ICells;

internal sealed class Labels : KeyPlaces<Label>, ILabels;

internal sealed class ByteArrays : Places<byte[]>, IByteArrays;

internal sealed class IntArrays : Places<int[]>, IIntArrays;

internal sealed class Lists : Places<List<string>>, ILists;

internal sealed class Maps : Places<Dictionary<string, int>>, IMaps;

internal sealed class Items : Places<Item>, IItems;

internal sealed class Elements : Places<JsonElement>, IElements;

internal sealed class Raws : KeyPlaces<MprpcRaw>, IRaws;
