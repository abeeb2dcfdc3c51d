using System.Runtime.CompilerServices;

namespace Mprpc.Dispatch;

internal readonly struct ReturnedTask<T>(TaskAwaiter<T> awaiter) : IReturned<ReturnedTask<T>, Task<T>, T>
{
    public bool IsCompleted => awaiter.IsCompleted;

    public bool CallsBackOnce => true;

    public static ReturnedTask<T> From(Task<T> value)
        => value is null ? throw new InvalidOperationException("The method returned null instead of a task.") : new(value.GetAwaiter());

    public void UnsafeOnCompleted(Action continuation) => awaiter.UnsafeOnCompleted(continuation);

    public T GetResult() => awaiter.GetResult();
}
