namespace Mprpc.SourceGenerator.Tests.Contracts;

/// <summary>A generic base of a contract.</summary>
public interface IDescribedBase<T, TText>
    where T : class
{
    Task<T?> FindAsync(TText key, List<T?> among);
}
