namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>Stands in for the thread pool: what is queued becomes one more thread of the schedule.</summary>
internal static class SteppedThreadPool
{
    public static bool UnsafeQueueUserWorkItem(IThreadPoolWorkItem item, bool preferLocal)
    {
        Queue(item.Execute);
        return true;
    }

    public static bool UnsafeQueueUserWorkItem<T>(Action<T> action, T state, bool preferLocal)
    {
        Queue(() => action(state));
        return true;
    }

    private static void Queue(Action body)
    {
        if (SteppedThread.Current is { } thread)
        {
            thread.Run.Start(body);
            thread.Step();
        }
        else
        {
            body();
        }
    }
}
