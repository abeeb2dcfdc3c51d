namespace Mprpc.Comparison.Load;

/// <summary>What a client did in one window, as it tells the parent.</summary>
internal sealed record WindowReport(long Calls, double Seconds, double CpuMicroseconds, long AllocatedBytes, double P50, double P99);
