namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Throws while it is written, after many numbers.</summary>
public sealed class Faulty
{
    public List<int> Numbers { get; set; } = [.. Enumerable.Repeat(1_000_000, 50_000)];

    public int Broken
    {
        get => throw new InvalidOperationException("The getter is broken.");
        set => _ = value;
    }
}
