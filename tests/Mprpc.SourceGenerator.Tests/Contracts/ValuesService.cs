namespace Mprpc.SourceGenerator.Tests.Contracts;

/// <summary>Only described, never called.</summary>
[MprpcService]
internal sealed class ValuesService
{
    public void More(Constructed constructed, Child child, KeyedChild keyed, PlainChild plain)
    {
    }

    public Task<Named> Named(Named value, Derived derived, Mutable mutable, Taken taken, Uri uri, HashSet<Guid> ids, int[,] grid, Color?[] colors,
        decimal[] money)
        => Task.FromResult(value);
}
