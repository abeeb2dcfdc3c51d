using Mprpc.CompilerServices;

namespace Mprpc.Dispatch;

internal readonly struct ReturnedValueTask(ValueTask task) : IReturned<ReturnedValueTask, ValueTask, NoValue>
{
    public bool IsCompleted => task.IsCompleted;

    public bool CallsBackOnce => ValueTaskOrigin.CallsBackOnce(task);

    public static ReturnedValueTask From(ValueTask value) => new(value);

    public void UnsafeOnCompleted(Action continuation) => task.GetAwaiter().UnsafeOnCompleted(continuation);

    public NoValue GetResult()
    {
        task.GetAwaiter().GetResult();
        return default;
    }
}
