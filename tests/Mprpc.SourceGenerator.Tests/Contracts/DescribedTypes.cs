// Enums and classes as contracts have them.
#pragma warning disable CA1008, CA1028, CA1034, CA1069, CA1720
using MessagePack;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests.Contracts;

/// <summary>A type that contains itself.</summary>
public sealed record Node(string Name, Node? Parent, List<Node> Children);

public enum Level
{
    Low,
    High = 10,
    AlsoHigh = 10,
}

public enum Big : ulong
{
    None,
    Large = ulong.MaxValue,
}

public enum Tiny : sbyte
{
    Minus = -1,
}

public sealed record Sheet<T>(T[] Items, T? First)
{
    public Dictionary<string, T?>? Others { get; init; }
}

/// <summary>A type whose members name it with ever larger arguments.</summary>
public sealed class Endless<T>
{
    public T? Value { get; set; }

    public Endless<List<T>>? Next { get; set; }
}

public sealed class NameCollection : List<string?>;

[Union(0, typeof(Circle))]
public abstract class Shape;

[MessagePackObject]
public sealed class Circle : Shape
{
    [Key(0)]
    public double Radius { get; set; }
}

/// <summary>A type with a formatter of its own.</summary>
[MessagePackFormatter(typeof(MomentAsNumber))]
public sealed record Moment(long Ticks);

/// <summary>A type with an attribute that only the run time understands.</summary>
public sealed class Unsent
{
    [IgnoreMember]
    public int Nothing { get; set; }

    public string? Something { get; set; }
}

[MessagePackObject]
public sealed class Keyed
{
    [Key(2)]
    public string? Text { get; set; }

    [Key(0)]
    public int Number { get; set; }
}

public static class Outer
{
    public sealed record Inner(int X);
}

public static class Other
{
    public sealed record Inner(string Y);
}

public static class OuterOf<T>
{
    public sealed record Inner(T Value);
}
