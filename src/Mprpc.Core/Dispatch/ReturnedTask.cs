using System.Runtime.CompilerServices;
using Mprpc.CompilerServices;

namespace Mprpc.Dispatch;

internal readonly struct ReturnedTask(TaskAwaiter awaiter) : IReturned<ReturnedTask, Task, NoValue>
{
    public bool IsCompleted => awaiter.IsCompleted;

    public bool CallsBackOnce => true;

    public static ReturnedTask From(Task value)
        => value is null ? throw new InvalidOperationException("The method returned null instead of a task.") : new(value.GetAwaiter());

    public void UnsafeOnCompleted(Action continuation) => awaiter.UnsafeOnCompleted(continuation);

    public NoValue GetResult()
    {
        awaiter.GetResult();
        return default;
    }
}
