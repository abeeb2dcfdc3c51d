namespace Mprpc.Contracts.Tests.Matrix;

public class Places<T> : IPlaces<T>
    where T : notnull
{
    public Task<T> EchoAsync(T value) => Task.FromResult(value);

    public Task<Holder<T>> MemberAsync(Holder<T> value) => Task.FromResult(value);

    public Task<List<T>> ElementsAsync(List<T> value) => Task.FromResult(value);

    public IAsyncEnumerable<T> FlowAsync(IAsyncEnumerable<T> items) => items;

    public Task<object?> AnyAsync(object? value) => Task.FromResult(value);
}
