using MessagePack;

namespace Mprpc.SourceGenerator.Tests.Contracts;

public enum Color : short
{
    Red,
    Green,
    Blue = 300,
}

[MessagePackObject]
public sealed class Item
{
    [Key(0)]
    public string? Name { get; set; }

    [Key(2)]
    public int Count { get; set; } = 5;

    [Key(1)]
    public Color Color { get; init; } = Color.Green;

    [Key(4)]
    public List<Item>? Parts { get; set; }

    [Key(5)]
    public int Doubled => Count * 2;

    [IgnoreMember]
    public string Ignored { get; set; } = "x";
}

[MessagePackObject]
public readonly record struct Point([property: Key(0)] int X, [property: Key(1)] int Y);

[MessagePackObject(keyAsPropertyName: true)]
public sealed record Settings(string Name, int Level)
{
    public required string Owner { get; set; }

    public int Extra { get; init; } = 9;

    public string Text => Name + Level;
}

[MessagePackObject]
public class Named : IMessagePackSerializationCallbackReceiver
{
    [Key("n")]
    public string? Name;

    [Key("a b\u00e9")]
    public double? Value { get; set; }

    [IgnoreMember]
    public string Log { get; private set; } = "";

    void IMessagePackSerializationCallbackReceiver.OnBeforeSerialize() => Log += "before ";

    void IMessagePackSerializationCallbackReceiver.OnAfterDeserialize() => Log += "after";
}

[MessagePackObject]
public sealed class Derived : Based
{
    [Key(1)]
    public override string? Over { get; set; }

    [Key(2)]
    public long Own { get; set; }
}

[MessagePackObject]
public abstract class Based
{
    [Key(0)]
    public byte Base { get; set; }

    [Key(1)]
    public virtual string? Over { get; set; }
}

public class Plain
{
    public int Number { get; set; }

    public string? Text { get; set; }

    public Dictionary<int, Point>? Points { get; set; }

    public string Computed => $"{Number}";
}

[MessagePackObject]
public struct Mutable
{
    [Key(0)]
    public ushort A;

    [Key(1)]
    public char B { get; set; }

    [Key(2)]
    public float[] C { get; init; }
}

[MessagePackObject]
public sealed class Taken
{
    public Taken(string name) => Name = name + "!";

    [SerializationConstructor]
    public Taken(string name, int age)
    {
        Name = name;
        Age = age;
    }

    [Key(0)]
    public string Name { get; }

    [Key(1)]
    public int Age { get; }

    [Key(2)]
    public bool Set { get; set; } = true;
}

[MprpcService]
public interface IValues
{
    Task<Named> Named(Named value, Derived derived, Mutable mutable, Taken taken, Uri uri, HashSet<Guid> ids, int[,] grid, Color?[] colors, decimal[] money, ILookupless lookup);
}

/// <summary>Nothing formats this one; what uses it still compiles, and the analyzer says so.</summary>
public interface ILookupless;
