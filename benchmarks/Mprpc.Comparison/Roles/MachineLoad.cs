using System.Globalization;

namespace Mprpc.Comparison.Roles;

/// <summary>How busy the machine was, and how much of that was not ours. Without /proc nothing is seen and no window is dropped.</summary>
internal sealed class MachineLoad
{
    // /proc counts in ticks of USER_HZ, which is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    // Ten seconds, and less than a tenth of a processor.
    private const int MostPauses = 50;
    private const double IdleShare = 0.1;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly int[] _ownProcesses;
    private readonly double _busyAtStart;
    private readonly double _ownAtStart;
    private readonly long _start = Environment.TickCount64;

    private MachineLoad(int[] ownProcesses)
    {
        _ownProcesses = ownProcesses;
        _busyAtStart = BusyTicks();
        _ownAtStart = OwnTicks();
    }

    public static MachineLoad Watch(params int[] ownProcesses) => new([Environment.ProcessId, .. ownProcesses]);

    /// <summary>The part of the machine's CPU time that other processes, or the host, took since the start: 0 to 1.</summary>
    public double OtherShare()
    {
        double seconds = (Environment.TickCount64 - _start) / 1000.0;
        double others = BusyTicks() - _busyAtStart - (OwnTicks() - _ownAtStart);
        return Math.Max(0, others / TicksPerSecond / Environment.ProcessorCount / seconds);
    }

    /// <summary>Waits until processes have next to nothing left to do: some go on for a second with a stream that nobody reads any more.</summary>
    public static async Task SettleAsync(params int[] processes)
    {
        for (int i = 0; i < MostPauses; i++)
        {
            var load = new MachineLoad(processes);
            await Task.Delay(s_pause);

            if (load.OwnTicks() - load._ownAtStart <= s_pause.TotalSeconds * TicksPerSecond * IdleShare)
            {
                return;
            }
        }
    }

    private static double BusyTicks()
    {
        if (!File.Exists("/proc/stat"))
        {
            return 0;
        }

        // cpu user nice system idle iowait irq softirq steal: interrupts are nobody's, stolen time is another machine's.
        string[] fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Ticks(fields[1]) + Ticks(fields[2]) + Ticks(fields[3]) + Ticks(fields[8]);
    }

    private double OwnTicks()
    {
        double ticks = 0;
        foreach (int process in _ownProcesses)
        {
            string file = $"/proc/{process}/stat";
            if (File.Exists(file))
            {
                // The second field is the name in parentheses and may hold spaces; utime and stime are the 14th and 15th.
                string stat = File.ReadAllText(file);
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                ticks += Ticks(fields[11]) + Ticks(fields[12]);
            }
        }

        return ticks;
    }

    private static double Ticks(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
