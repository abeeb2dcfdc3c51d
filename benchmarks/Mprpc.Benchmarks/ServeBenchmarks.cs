using BenchmarkDotNet.Attributes;
using Mprpc.Benchmarks.Samples;

namespace Mprpc.Benchmarks;

/// <summary>All hops of the server for a request, with 1 and with 64 in one read; the pipes in memory are in it.</summary>
[MemoryDiagnoser]
public class ServeBenchmarks
{
    private readonly MemoryTransport _transport = new();
    private readonly byte[] _one = SampleMessages.Sum;
    private readonly byte[] _batch = SampleMessages.Repeat(SampleMessages.Sum, SampleMessages.Batch);

    [GlobalSetup]
    public void Start() => _ = SampleConnections.Serve(_transport).RunAsync();    // ends with the process

    [Benchmark(Baseline = true)]
    public ValueTask<long> OneARead() => _transport.ExchangeAsync(_one);

    [Benchmark(OperationsPerInvoke = SampleMessages.Batch)]
    public ValueTask<long> ManyARead() => _transport.ExchangeAsync(_batch);
}
