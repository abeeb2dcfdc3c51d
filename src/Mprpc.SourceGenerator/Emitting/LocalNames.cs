namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Gives names that are not taken yet.</summary>
internal sealed class LocalNames(params string[] taken)
{
    private readonly HashSet<string> _taken = new(taken, StringComparer.Ordinal);

    /// <summary>The name itself where it is free, else the name with something behind it.</summary>
    public string Take(string wanted)
    {
        string name = wanted;

        for (int i = 2; !_taken.Add(name); i++)
        {
            name = $"{wanted}_{i}";
        }

        return name;
    }
}
