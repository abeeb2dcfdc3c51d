using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.SourceGenerator.Tests.Contracts;

/// <summary>Members of every kind that is read and written in place, and of some that are not.</summary>
public sealed class Shapes
{
    public bool Bool { get; set; }

    public byte Byte { get; set; }

    public sbyte SByte { get; set; }

    public short Short { get; set; }

    public ushort UShort { get; set; }

    public int Int { get; set; }

    public uint UInt { get; set; }

    public long Long { get; set; }

    public ulong ULong { get; set; }

    public char Char { get; set; }

    public float Float { get; set; }

    public double Double { get; set; }

    public string? Text { get; set; }

    public byte[]? Bytes { get; set; }

    public Color Color { get; set; }

    public Wide Wide { get; set; }

    public Spoken Spoken { get; set; }

    public int? Maybe { get; set; }

    public Point? Where { get; set; }

    public DateTime Time { get; set; }

    public decimal Money { get; set; }

    public Guid Id { get; set; }

    public object? Any { get; set; }

    public Dictionary<string, Point>? Named { get; set; }

    public IReadOnlyDictionary<Color, string?>? ByColor { get; set; }

    public IDictionary<long, int[]>? Rows { get; set; }

    public string?[]? Texts { get; set; }

    public IReadOnlyList<Point>? Points { get; set; }

    public IList<int>? Numbers { get; set; }

    public IEnumerable<string>? Words { get; set; }

    public ICollection<Point?>? Gaps { get; set; }

    public List<byte>? ByteList { get; set; }

    public int[,]? Grid { get; set; }

    public (int X, string Y) Pair { get; set; }

    public string AMemberWhoseNameHasMoreThanThirtyOneBytes { get; set; } = "long";
}

public enum Wide : ulong
{
    None,
    Most = ulong.MaxValue,
}

/// <summary>Its own formatter says how it is written.</summary>
[MessagePackFormatter(typeof(EnumAsStringFormatter<Spoken>))]
public enum Spoken
{
    No,
    Yes,
}

[MessagePackObject]
public sealed record Page<T>([property: Key(0)] IReadOnlyList<T> Items, [property: Key(1)] int Total);

/// <summary>The user's code throws.</summary>
public sealed class Picky
{
    private int _number;

    public int Number
    {
        get => _number;
        set => _number = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }
}

/// <summary>The user's code changes what is being written.</summary>
public sealed class Shrinking
{
    [IgnoreMember]
    public Dictionary<string, Shrinking>? All { get; set; }

    public int Number
    {
        get => All?.Remove("b") == true ? 1 : 0;
        set => _ = value;
    }
}

[MprpcService]
public interface IShapes
{
    Task Shrink(Dictionary<string, Shrinking> all);

    Task<Shapes> One(Shapes shapes, Picky picky);

    Task<Page<Item>> Items(
        Page<int> numbers, int[] array, List<string?> texts, IEnumerable<int> counted, Dictionary<string, int> counts, Dictionary<int, Picky> picky);
}
