using BenchmarkDotNet.Attributes;
using Mprpc.Benchmarks.Samples;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Benchmarks;

/// <summary>Where does the message end? A message of a batch that one read brought.</summary>
[MemoryDiagnoser]
public class ScanBenchmarks
{
    private readonly byte[] _sums = SampleMessages.Repeat(SampleMessages.Sum, SampleMessages.Batch);
    private readonly byte[] _mirrors = SampleMessages.Repeat(SampleMessages.Mirror, SampleMessages.Batch);
    private FrameScanner _scanner = new(ConnectionLimits.DefaultMaxMessageSize, ConnectionLimits.DefaultMaxDepth);

    [Benchmark(OperationsPerInvoke = SampleMessages.Batch, Baseline = true)]
    public int Sum() => Scan(_sums);

    [Benchmark(OperationsPerInvoke = SampleMessages.Batch)]
    public int Record() => Scan(_mirrors);

    private int Scan(byte[] batch)
    {
        int messages = 0;
        for (int position = 0; position < batch.Length; messages++)
        {
            _scanner.Scan(batch.AsSpan(position), out int length);
            position += length;
        }

        return messages;
    }
}
