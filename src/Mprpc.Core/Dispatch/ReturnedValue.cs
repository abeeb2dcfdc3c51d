namespace Mprpc.Dispatch;

/// <summary>A value, or nothing: the method has ended.</summary>
internal readonly struct ReturnedValue<T>(T value) : IReturned<ReturnedValue<T>, T, T>
{
    public bool IsCompleted => true;

    public bool CallsBackOnce => true;

    public static ReturnedValue<T> From(T value) => new(value);

    public void UnsafeOnCompleted(Action continuation) => continuation();

    public T GetResult() => value;
}
