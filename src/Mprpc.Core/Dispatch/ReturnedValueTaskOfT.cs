namespace Mprpc.Dispatch;

internal readonly struct ReturnedValueTask<T>(ValueTask<T> task) : IReturned<ReturnedValueTask<T>, ValueTask<T>, T>
{
    public bool IsCompleted => task.IsCompleted;

    public bool CallsBackOnce => ValueTaskOrigin<T>.CallsBackOnce(task);

    public static ReturnedValueTask<T> From(ValueTask<T> value) => new(value);

    public void UnsafeOnCompleted(Action continuation) => task.GetAwaiter().UnsafeOnCompleted(continuation);

    public T GetResult() => task.GetAwaiter().GetResult();
}
