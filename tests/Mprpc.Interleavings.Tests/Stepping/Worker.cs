using System.Collections.Concurrent;

namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>A thread of the machine that runs threads of schedules, one after the other: to make one for each would take most of the time.</summary>
internal sealed class Worker
{
    private static readonly ConcurrentBag<Worker> Idle = [];

    private readonly SemaphoreSlim _work = new(0);
    private SteppedThread? _thread;

    private Worker() => new Thread(Work) { IsBackground = true, Name = "Schedule" }.Start();

    public static void Run(SteppedThread thread)
    {
        if (!Idle.TryTake(out Worker? worker))
        {
            worker = new Worker();
        }

        worker._thread = thread;
        worker._work.Release();
    }

    private void Work()
    {
        while (true)
        {
            _work.Wait();
            CachedCalls.Clear();
            _thread!.Execute();
            _thread = null;
            Idle.Add(this);
        }
    }
}
