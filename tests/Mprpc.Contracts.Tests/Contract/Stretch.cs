namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Holds sequences as members.</summary>
public sealed class Stretch
{
    public IEnumerable<int>? Numbers { get; set; }

    public IEnumerable<IEnumerable<int>>? Many { get; set; }

    public IReadOnlySet<int>? Set { get; set; }
}
