using MessagePack;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Can contain itself.</summary>
public sealed class Node
{
    public string? Name { get; set; }

    public Node? Next { get; set; }
}

/// <summary>Can contain itself by way of a collection that the serializer writes.</summary>
public sealed class Branch
{
    public string? Name { get; set; }

    public LinkedList<Branch> Twigs { get; set; } = new();
}

/// <summary>Holds a type that is generic only because it stands in a generic one.</summary>
public static class Outer<T>
{
    public sealed record Inner(T Value);
}

public class InitOf<T>
{
    public T? Value { get; init; }

    public string Note { get; init; } = "default";
}

/// <summary>Its init-only members are those of a generic base.</summary>
public sealed class DerivedInit : InitOf<List<int>>
{
    public int Own { get; init; }
}

public record struct InitStruct<T>
    where T : class
{
    public T? Value { get; init; }

    public int Count { get; init; }
}

[MessagePackObject]
public sealed class KeyedInit<T>
{
    [Key(0)]
    public T? First { get; init; }

    [Key(1)]
    public string? Second { get; init; }
}

public sealed class Tags : List<string>;

public sealed class Scores : Dictionary<string, int>;

/// <summary>Texts in every place of a type.</summary>
public sealed class Written
{
    public string? Text { get; set; }

    public List<string>? Texts { get; set; }

    public Dictionary<string, string>? Named { get; set; }

    public Uri? Link { get; set; }

    public Guid? Id { get; set; }
}

/// <summary>Members that other code cannot set.</summary>
public sealed class Closed(string name)
{
    private readonly HashSet<string> _hidden = [];

    public string Name { get; } = name;

    public int Count { get; private set; }

    public List<int> Items { get; } = [9];

    public Dictionary<string, int> Map { get; } = [];

    public ICollection<string> Behind => _hidden;

    public int Computed => Items.Count;

    public Closed Add(int item)
    {
        Items.Clear();
        Items.Add(item);
        Map["a"] = item;
        _hidden.Add("b");
        Count = 7;
        return this;
    }
}

public sealed record Numbers(
    int Int, long Long, ulong ULong, byte Byte, Color Color, int? Maybe, TimeSpan Time, DateOnly Date, int[] Ints, List<long> Longs, Dictionary<int, int> Map);
