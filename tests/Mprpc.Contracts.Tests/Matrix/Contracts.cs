using System.Numerics;
using System.Text.Json;

namespace Mprpc.Contracts.Tests.Matrix;

// A contract and a service for each type: what their interface closes, code is generated for.
#pragma warning disable CA1040

[MprpcService(Prefix = "bools")]
public interface IBools : IKeyPlaces<bool>;

[MprpcService(Prefix = "sbytes")]
public interface ISBytes : IKeyPlaces<sbyte>;

[MprpcService(Prefix = "bytes")]
public interface IBytes : IKeyPlaces<byte>;

[MprpcService(Prefix = "shorts")]
public interface IShorts : IKeyPlaces<short>;

[MprpcService(Prefix = "ushorts")]
public interface IUShorts : IKeyPlaces<ushort>;

[MprpcService(Prefix = "ints")]
public interface IInts : IKeyPlaces<int>;

[MprpcService(Prefix = "uints")]
public interface IUInts : IKeyPlaces<uint>;

[MprpcService(Prefix = "longs")]
public interface ILongs : IKeyPlaces<long>;

[MprpcService(Prefix = "ulongs")]
public interface IULongs : IKeyPlaces<ulong>;

[MprpcService(Prefix = "chars")]
public interface IChars : IKeyPlaces<char>;

[MprpcService(Prefix = "floats")]
public interface IFloats : IKeyPlaces<float>;

[MprpcService(Prefix = "doubles")]
public interface IDoubles : IKeyPlaces<double>;

[MprpcService(Prefix = "halves")]
public interface IHalves : IKeyPlaces<Half>;

[MprpcService(Prefix = "strings")]
public interface IStrings : IKeyPlaces<string>;

[MprpcService(Prefix = "decimals")]
public interface IDecimals : IKeyPlaces<decimal>;

[MprpcService(Prefix = "int128s")]
public interface IInt128s : IKeyPlaces<Int128>;

[MprpcService(Prefix = "uint128s")]
public interface IUInt128s : IKeyPlaces<UInt128>;

[MprpcService(Prefix = "bigintegers")]
public interface IBigIntegers : IKeyPlaces<BigInteger>;

[MprpcService(Prefix = "colors")]
public interface IColors : IKeyPlaces<Color>;

[MprpcService(Prefix = "datetimes")]
public interface IDateTimes : IKeyPlaces<DateTime>;

[MprpcService(Prefix = "datetimeoffsets")]
public interface IDateTimeOffsets : IKeyPlaces<DateTimeOffset>;

[MprpcService(Prefix = "timespans")]
public interface ITimeSpans : IKeyPlaces<TimeSpan>;

[MprpcService(Prefix = "dateonlys")]
public interface IDateOnlys : IKeyPlaces<DateOnly>;

[MprpcService(Prefix = "timeonlys")]
public interface ITimeOnlys : IKeyPlaces<TimeOnly>;

[MprpcService(Prefix = "guids")]
public interface IGuids : IKeyPlaces<Guid>;

[MprpcService(Prefix = "uris")]
public interface IUris : IKeyPlaces<Uri>;

[MprpcService(Prefix = "versions")]
public interface IVersions : IKeyPlaces<Version>;

[MprpcService(Prefix = "tuples")]
public interface ITuples : IKeyPlaces<(int Number, string Text)>;

[MprpcService(Prefix = "classtuples")]
public interface IClassTuples : IKeyPlaces<Tuple<int, string>>;

[MprpcService(Prefix = "pairs")]
public interface IPairs : IKeyPlaces<KeyValuePair<string, int>>;

[MprpcService(Prefix = "cells")]
public interface ICells : IKeyPlaces<Cell>;

[MprpcService(Prefix = "labels")]
public interface ILabels : IKeyPlaces<Label>;

[MprpcService(Prefix = "bytearrays")]
public interface IByteArrays : IPlaces<byte[]>;

[MprpcService(Prefix = "intarrays")]
public interface IIntArrays : IPlaces<int[]>;

[MprpcService(Prefix = "lists")]
public interface ILists : IPlaces<List<string>>;

[MprpcService(Prefix = "maps")]
public interface IMaps : IPlaces<Dictionary<string, int>>;

[MprpcService(Prefix = "items")]
public interface IItems : IPlaces<Item>;

[MprpcService(Prefix = "elements")]
public interface IElements : IPlaces<JsonElement>;

[MprpcService(Prefix = "raws")]
public interface IRaws : IKeyPlaces<MprpcRaw>;
