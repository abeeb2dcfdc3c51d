namespace Mprpc.Comparison.Load;

/// <summary>What this process has used since it started.</summary>
internal sealed record ProcessUsage(double CpuMicroseconds, long AllocatedBytes)
{
    public static ProcessUsage Now() => new(Environment.CpuUsage.TotalTime.TotalMicroseconds, GC.GetTotalAllocatedBytes(precise: true));
}
