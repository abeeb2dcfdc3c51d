namespace Mprpc.Contracts.Tests.Matrix;

/// <summary>A type in every place where a value can stand.</summary>
public interface IPlaces<T>
    where T : notnull
{
    /// <summary>As parameter and result.</summary>
    Task<T> EchoAsync(T value);

    /// <summary>As member.</summary>
    Task<Holder<T>> MemberAsync(Holder<T> value);

    /// <summary>As element.</summary>
    Task<List<T>> ElementsAsync(List<T> value);

    /// <summary>As item of streams, both ways.</summary>
    IAsyncEnumerable<T> FlowAsync(IAsyncEnumerable<T> items);

    /// <summary>As what object holds.</summary>
    Task<object?> AnyAsync(object? value);
}
