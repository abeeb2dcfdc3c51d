namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Holds a graph as members.</summary>
public sealed class Hold
{
    public object? Any { get; set; }

    public IGrown? Grown { get; set; }

    public List<object?>? Many { get; set; }

    public Hold? Next { get; set; }

    /// <summary>The graph in each of the members that can hold it; one of fifty contains itself too.</summary>
    public static Hold Of(object? graph, int seed)
    {
        var hold = new Hold { Any = graph, Grown = graph as IGrown, Many = [graph, 1] };
        hold.Next = seed % 50 == 0 ? hold : null;
        return hold;
    }
}
