namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Of the contract's own assembly, so that its methods belong to the contracts that inherit it.</summary>
public interface IInherited : IInheritedTwice
{
    Task<string> InheritedAsync(string text);
}

public interface IInheritedTwice
{
    Task<int> InheritedTwiceAsync(int number);
}

/// <summary>A generic interface: closed by the contract that inherits it.</summary>
public interface IStore<in TKey, TValue>
{
    Task<TValue> FindAsync(TKey key);
}
