using System.Runtime.CompilerServices;

namespace Mprpc.Dispatch;

internal readonly struct ReturnedValueTask<T>(ValueTaskAwaiter<T> awaiter) : IReturned<ReturnedValueTask<T>, ValueTask<T>, T>
{
    public bool IsCompleted => awaiter.IsCompleted;

    public static ReturnedValueTask<T> From(ValueTask<T> value) => new(value.GetAwaiter());

    public void UnsafeOnCompleted(Action continuation) => awaiter.UnsafeOnCompleted(continuation);

    public T GetResult() => awaiter.GetResult();
}
