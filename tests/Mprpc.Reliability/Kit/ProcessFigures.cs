using System.Globalization;

namespace Mprpc.Reliability.Kit;

/// <summary>What Linux says of a process from outside.</summary>
/// <param name="Rss">Resident memory, in bytes.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Descriptors">Open file descriptors.</param>
/// <param name="Cpu">Processor time since its start.</param>
internal sealed record ProcessFigures(long Rss, int Threads, int Descriptors, TimeSpan Cpu)
{
    private const int TicksPerSecond = 100;     // sysconf(_SC_CLK_TCK), the same on every Linux

    public double RssMiB => Rss / 1024.0 / 1024.0;

    public static ProcessFigures Of(int process)
    {
        string[] status = File.ReadAllLines($"/proc/{process}/status");
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

        return new ProcessFigures(
            Number(status, "VmRSS:") * 1024,
            (int)Number(status, "Threads:"),
            Directory.GetFiles($"/proc/{process}/fd").Length,
            TimeSpan.FromSeconds(
                (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / (double)TicksPerSecond));
    }

    private static long Number(string[] status, string name)
        => long.Parse(
            status.Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
}
