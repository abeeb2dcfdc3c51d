namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>Keeps all processors busy by two threads each, as a machine does that has more to do than it can.</summary>
internal sealed class BusyProcessors : IDisposable
{
    private readonly List<Thread> _threads = [];
    private bool _isOver;

    public BusyProcessors()
    {
        for (int i = 0; i < Environment.ProcessorCount * 2; i++)
        {
            var thread = new Thread(Loop) { IsBackground = true, Name = "Busy" };
            thread.Start();
            _threads.Add(thread);
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        _threads.ForEach(thread => thread.Join());
    }

    private void Loop()
    {
        while (!Volatile.Read(ref _isOver))
        {
            Thread.SpinWait(100);
        }
    }
}
