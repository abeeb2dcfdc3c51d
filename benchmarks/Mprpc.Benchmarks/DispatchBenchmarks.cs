using BenchmarkDotNet.Attributes;
using Mprpc.Benchmarks.Samples;
using Mprpc.Dispatch;

namespace Mprpc.Benchmarks;

/// <summary>From the whole message to the answer in the batch: head, method, params, the service's own code, result.</summary>
[MemoryDiagnoser]
public class DispatchBenchmarks
{
    private readonly byte[] _sum = SampleMessages.Sum;
    private readonly byte[] _sumAtOnce = SampleMessages.SumAtOnce;
    private readonly byte[] _mirror = SampleMessages.Mirror;
    private readonly byte[] _unknown = SampleMessages.Request("no_such_method", 1, 2);
    private readonly ServedLoop _loop = new();

    [Benchmark(Baseline = true)]
    public int Sum() => Handle(_sum);

    [Benchmark]
    public int CompletedValueTask() => Handle(_sumAtOnce);

    [Benchmark]
    public int Record() => Handle(_mirror);

    [Benchmark]
    public int UnknownMethod() => Handle(_unknown);

    private int Handle(byte[] message) => _loop.Handle(message);
}
