using MessagePack;

namespace Mprpc.Contracts.Tests.Contract;

public enum Color : byte
{
    Red,
    Green,
    Blue = 200,
}

[Flags]
public enum Rights : ulong
{
    None,
    Read = 1,
    All = ulong.MaxValue,
}

/// <summary>An array on the wire, with a hole at 2.</summary>
[MessagePackObject]
public sealed record Item([property: Key(0)] string? Name, [property: Key(1)] int Count, [property: Key(3)] List<Item>? Parts = null)
{
    public bool Equals(Item? other)
        => other is not null && Name == other.Name && Count == other.Count && (Parts ?? []).SequenceEqual(other.Parts ?? []);

    public override int GetHashCode() => HashCode.Combine(Name, Count);
}

/// <summary>A map on the wire.</summary>
[MessagePackObject(keyAsPropertyName: true)]
public sealed record Settings
{
    public required string Owner { get; init; }

    public int Level { get; init; } = 9;

    public Color? Color { get; set; }
}

/// <summary>No attribute: a map of its public members.</summary>
public sealed class Plain
{
    public int Number { get; set; }

    public string? Text { get; set; }

    public DateTime Time { get; set; }

    public override bool Equals(object? obj) => obj is Plain other && (Number, Text, Time) == (other.Number, other.Text, other.Time);

    public override int GetHashCode() => Number;
}

/// <summary>A record without attributes: its constructor is found by the members' names.</summary>
public sealed record Place(string City, double Latitude, double Longitude);

[MessagePackObject]
public readonly record struct Point([property: Key("x")] int X, [property: Key("y")] int Y);

[MessagePackObject]
public sealed record Page<T>([property: Key(0)] int Number, [property: Key(1)] IReadOnlyList<T> Rows)
{
    public bool Equals(Page<T>? other) => other is not null && Number == other.Number && Rows.SequenceEqual(other.Rows);

    public override int GetHashCode() => Number;
}
