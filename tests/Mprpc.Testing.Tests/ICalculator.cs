namespace Mprpc.Testing.Tests;

/// <summary>What the tests call: the sample's Calculator, and services of their own.</summary>
[MprpcService]
public interface ICalculator
{
    Task<int> SumAsync(int x, int y, CancellationToken cancellationToken = default);
}
