using BenchmarkDotNet.Attributes;
using Mprpc.Benchmarks.Samples;
using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Benchmarks;

/// <summary>[1, msgid, nil, result] into the batch.</summary>
[MemoryDiagnoser]
public class WriteResponseBenchmarks
{
    private readonly MprpcWriter _batch = MprpcWriter.Rent(MprpcSerializerOptions.Default);

    [Benchmark(Baseline = true)]
    public int Number() => Write(3);

    [Benchmark]
    public int Text() => Write(SampleMessages.Point.Name);

    [Benchmark]
    public int Record() => Write(SampleMessages.Point);

    private int Write<T>(T result)
    {
        _batch.Clear();
        ResponseWriter.WriteResult(_batch, messageId: 1000, result);
        return _batch.Length;
    }
}
