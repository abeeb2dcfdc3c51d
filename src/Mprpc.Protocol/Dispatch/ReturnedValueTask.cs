using System.Runtime.CompilerServices;

namespace Mprpc.Dispatch;

internal readonly struct ReturnedValueTask(ValueTaskAwaiter awaiter) : IReturned<ReturnedValueTask, ValueTask, NoValue>
{
    public bool IsCompleted => awaiter.IsCompleted;

    public static ReturnedValueTask From(ValueTask value) => new(value.GetAwaiter());

    public void UnsafeOnCompleted(Action continuation) => awaiter.UnsafeOnCompleted(continuation);

    public NoValue GetResult()
    {
        awaiter.GetResult();
        return default;
    }
}
