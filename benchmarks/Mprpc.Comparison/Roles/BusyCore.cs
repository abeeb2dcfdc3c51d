namespace Mprpc.Comparison.Roles;

/// <summary>Keeps one processor busy by a loop, in a process of its own that stays on that processor.</summary>
internal static class BusyCore
{
    public static ChildProcess Start() => ChildProcess.Start(null, "spin");

    /// <summary>The process itself: it loops until stdin ends.</summary>
    public static void Run()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            self.ProcessorAffinity = 1;
        }

        // The thread that waits for the end shares the processor with the loop, and is woken all the same.
        bool isOver = false;
        new Thread(() =>
        {
            Console.In.ReadToEnd();
            Volatile.Write(ref isOver, true);
        }) { IsBackground = true }.Start();

        while (!Volatile.Read(ref isOver))
        {
        }
    }
}
