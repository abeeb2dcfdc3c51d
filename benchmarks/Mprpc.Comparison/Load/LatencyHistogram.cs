using System.Diagnostics;
using System.Numerics;

namespace Mprpc.Comparison.Load;

/// <summary>Latencies in buckets about 1.5 % wide, made once: recording allocates nothing.</summary>
internal sealed class LatencyHistogram
{
    // 64 buckets for every power of two; 40 powers reach over an hour in nanoseconds.
    private const int SubBucketBits = 6;
    private const int SubBuckets = 1 << SubBucketBits;

    private readonly long[] _counts = new long[SubBuckets * 40];

    public void Record(long ticks) => Interlocked.Increment(ref _counts[Math.Min(BucketOf(Math.Max(ticks, 0)), _counts.Length - 1)]);

    public void Clear() => Array.Clear(_counts);

    /// <summary>The latency that this part of the calls stayed under, in microseconds.</summary>
    public double Percentile(double part)
    {
        long wanted = (long)Math.Ceiling(_counts.Sum() * part);
        long seen = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= wanted)
            {
                return MiddleOf(bucket) * 1e6 / Stopwatch.Frequency;
            }
        }

        return 0;
    }

    private static int BucketOf(long ticks)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)ticks) - SubBucketBits);
        return (shift << SubBucketBits) + (int)(ticks >> shift);
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < 2 * SubBuckets)
        {
            return bucket;
        }

        int shift = (bucket >> SubBucketBits) - 1;
        long low = (long)(bucket - (shift << SubBucketBits)) << shift;
        return low + (1L << shift) / 2.0;
    }
}
