namespace Mprpc.Comparison.Load;

/// <summary>What a client did in one window, as it tells the parent: calls, items of streams, or what else the scenario counts.</summary>
/// <param name="P99Alone">Where calls are measured beside something else: of those without it.</param>
internal sealed record WindowReport(long Calls, double Seconds, double CpuMicroseconds, long AllocatedBytes, double P50, double P99, double P99Alone = 0);
