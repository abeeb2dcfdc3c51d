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

/// <summary>No [MessagePackObject], and what may stand in such a class.</summary>
public class Mixed
{
    public const int Constant = 1;

    public readonly int ReadOnlyField = 2;

    public static int Static { get; set; } = 3;

    [Key("renamed")]
    public int Keyed { get; set; } = 4;

    [Key(7)]
    public int Numbered { get; set; } = 5;

    [IgnoreMember]
    public int PrivatelySet { get; private set; } = 6;

    public int WriteOnly
    {
        set => Keyed = value;
    }

    internal int Internal { get; set; } = 8;

    protected int Protected { get; set; } = 9;

    public int Init { get; init; } = 10;

    [Key("computed")]
    public int Computed => 11;

    public int this[int index] => index;
}

/// <summary>Two constructors, of which the one with more parameters that fit is taken.</summary>
public readonly struct Constructed(int x, string y)
{
    public Constructed(int x)
        : this(x, "one")
    {
    }

    public int X { get; } = x;

    public string Y { get; } = y;
}

[MessagePackObject(keyAsPropertyName: true)]
public class Parent
{
    public int Own { get; set; }

    [Key("k")]
    public string? Keyed { get; set; }

    public List<Parent>? Children { get; set; }
}

[MessagePackObject(keyAsPropertyName: true)]
public sealed class Child : Parent
{
    public int Extra { get; set; }

    public string Field = "f";
}

[MessagePackObject]
public class KeyedParent(int own)
{
    [Key("own")]
    public int Own { get; } = own;

    [Key("over")]
    public virtual string? Over { get; set; }

    [Key("last")]
    public int Last { get; set; }
}

[MessagePackObject]
public sealed class KeyedChild(int extra, int own) : KeyedParent(own)
{
    [Key("EXTRA")]
    public int Extra { get; } = extra;

    [Key("over")]
    public override string? Over { get; set; }
}

public class PlainParent
{
    public int First { get; set; }

    public virtual int Over { get; set; }

    public int Last { get; set; }
}

public sealed class PlainChild : PlainParent
{
    public int Own { get; set; }

    public override int Over { get; set; }
}

[MprpcService]
public interface IValues
{
    void More(Mixed mixed, Constructed constructed, Child child, KeyedChild keyed, PlainChild plain);


    Task<Named> Named(
        Named value, Derived derived, Mutable mutable, Taken taken, Uri uri, HashSet<Guid> ids, int[,] grid, Color?[] colors, decimal[] money,
        ILookupless lookup);
}

/// <summary>Nothing formats this one; what uses it still compiles, and the analyzer says so.</summary>
public interface ILookupless;
